import { setupStore } from '@mcpstore/core'
import { tellingOf } from './counting.mjs'
import { filled } from './many-tools.mjs'

const PREFIX = 'bench:many:'
const AT_ONCE = 1000

/**
 * What so many services with so many tools each take in the memory of Redis, in bytes a service: of ours by what they are for,
 * and of a hash a service that has their configs and lists as they are.
 */
export async function memoryOf(redis, sandbox, { services, tools }) {
  const client = redis.client()
  const options = {
    namespace: 'bench',
    dataspace: 'many',
    mirror: false,
    home: sandbox.folder('home'),
    logger: false,
  }
  // Scripts and the like are there by then.
  await (
    await setupStore({ ...options, dataspace: 'first', redis: `redis://127.0.0.1:${redis.port}` })
  ).close()
  const before = (await tellingOf(client)).memory
  let added
  const { store, stop } = await filled(redis, options, {
    services,
    tools,
    names: 'own',
    onAdded: async () => {
      added = (await tellingOf(client)).memory
    },
  })
  await store.close()
  stop()
  const listed = (await tellingOf(client)).memory
  const bare = await sizeOfCopies(client)
  const lookups = await sizeOf(client, ':info')
  const each = (bytes) => bytes / services
  return {
    ours: { config: each(added - before), list: each(listed - added - lookups), lookups: each(lookups) },
    bare: { config: each(bare.config), list: each(bare.list) },
  }
}

/** What plain copies of the values take: a hash for each service, with its config and its list. */
async function sizeOfCopies(client) {
  const sizes = {}
  for (const [kind, field] of [
    ['config', 'config'],
    ['cache', 'list'],
  ]) {
    const before = (await tellingOf(client)).memory
    for (const key of await keysOf(client, `:${kind}`)) {
      const service = key.split(':').at(-2)
      await client.hset(`plain:${service}`, field, await client.hget(key, 'v'))
    }
    sizes[field] = (await tellingOf(client)).memory - before
  }
  return sizes
}

/** What the keys that end so take. */
async function sizeOf(client, end) {
  const before = (await tellingOf(client)).memory
  const keys = await keysOf(client, end)
  for (let at = 0; at < keys.length; at += AT_ONCE) await client.del(keys.slice(at, at + AT_ONCE))
  return before - (await tellingOf(client)).memory
}

async function keysOf(client, end) {
  const found = []
  for await (const keys of client.scanStream({ match: `${PREFIX}*${end}`, count: AT_ONCE }))
    found.push(...keys)
  return found
}
