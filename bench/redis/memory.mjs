import { tellingOf } from './counting.mjs'
import { filled } from './many-tools.mjs'

const PREFIX = 'bench:many:'

/**
 * What services with so many tools each take in the memory of Redis, in bytes a service, as is freed when it is removed: of ours
 * by what it is for, and of hashes that hold the same configs and lists as they are.
 */
export async function memoryOf(redis, sandbox, { services, tools }) {
  const client = redis.client()
  const home = sandbox.folder('home')
  const options = { namespace: 'bench', dataspace: 'many', mirror: false, home, logger: false }
  const { store, stop } = await filled(redis, options, { services, tools, names: 'own' })
  // All are as they were, and marked so.
  await store.forStore().listTools(undefined, { fresh: true })
  await store.close()
  stop()
  const [configs, lists] = [await keysOf(client, ':config'), await keysOf(client, ':cache')]
  const copies = {
    config: await copied(client, configs, 'config'),
    list: await copied(client, lists, 'list'),
  }
  const freedBy = async (...groups) => {
    const before = await memory(client)
    for (const key of groups.flat()) await client.del(key)
    return Math.round((before - (await memory(client))) / services)
  }
  const bare = { list: await freedBy(copies.list), config: await freedBy(copies.config) }
  const lookups = await freedBy(await keysOf(client, ':info'))
  const again = await freedBy(await keysOf(client, ':outdated'))
  const list = await freedBy(lists, await keysOf(client, ':state'))
  return { ours: { config: await freedBy(configs, [`${PREFIX}index`]), list, lookups, again }, bare }
}

async function memory(client) {
  return (await tellingOf(client)).memory
}

/** Copies values into hashes of their own, as a field of this name, and answers their keys. */
async function copied(client, keys, name) {
  const copies = keys.map((_, at) => `plain:${name}:service-${at}`)
  for (const [at, key] of keys.entries()) await client.hset(copies[at], name, await client.hget(key, 'v'))
  return copies
}

async function keysOf(client, end) {
  const found = []
  for await (const keys of client.scanStream({ match: `${PREFIX}*${end}`, count: 1000 })) found.push(...keys)
  return found
}
