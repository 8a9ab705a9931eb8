import { Redis } from 'ioredis'
import { contentOf, operationsOf, seeds } from '../answers.mjs'

// ioredis with its defaults, and nothing else.

export async function seed({ port }) {
  const client = new Redis({ host: '127.0.0.1', port })
  await client.mset(seeds.flatMap((name) => [name, JSON.stringify(contentOf(name))]))
  await client.quit()
}

export async function open({ port }) {
  const client = new Redis({ host: '127.0.0.1', port })
  // One that nobody listens to is printed.
  client.on('error', () => {})
  return {
    operations: operationsOf({
      get: async (name) => parsed(await client.get(name)),
      set: (name, content) => client.set(name, JSON.stringify(content)),
      getAll: async (names) => (await client.mget(names)).map(parsed),
    }),
    close: () => client.disconnect(),
  }
}

/** What Redis holds under a name, if anything. */
export function stored(client, name) {
  return client.get(name)
}

function parsed(text) {
  return text === null ? undefined : JSON.parse(text)
}
