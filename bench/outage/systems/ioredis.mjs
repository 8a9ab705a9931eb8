import { Redis } from 'ioredis'
import {
  asRead,
  asWritten,
  contentOf,
  known,
  knownName,
  seeds,
  unknownName,
  writtenName,
} from '../answers.mjs'

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
  const read = async (name) => asRead([[name, parsed(await client.get(name))]])
  return {
    operations: {
      known: (number) => read(knownName(number)),
      unknown: (number) => read(unknownName(number)),
      write: async (number) => {
        const name = writtenName(number)
        return asWritten(await client.set(name, JSON.stringify(contentOf(name))))
      },
      list: async () => {
        const texts = await client.mget(known)
        return asRead(known.map((name, at) => [name, parsed(texts[at])]))
      },
    },
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
