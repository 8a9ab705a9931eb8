import { BentoCache, bentostore } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import { redisBusDriver, redisDriver } from 'bentocache/drivers/redis'
import { contentOf, known, operationsOf, seeds } from '../../outage/answers.mjs'

// As its pages on two tiers and on grace periods set it up.

export async function seed(options) {
  const cache = makeCache(options)
  for (const name of seeds) await cache.set({ key: name, value: contentOf(name) })
  await cache.disconnectAll()
}

export async function open(options) {
  const cache = makeCache(options)
  const get = (key) => cache.get({ key })
  for (const name of known) await get(name)
  return {
    operations: operationsOf({
      get,
      set: (key, value) => cache.set({ key, value }),
      getAll: (names) => Promise.all(names.map(get)),
      said: { refused: [false] },
    }),
    close: () => cache.disconnectAll(),
  }
}

/** What Redis holds under a name, if anything. */
export function stored(client, name) {
  return client.get(`bentocache:${name}`)
}

function makeCache({ port }) {
  const connection = { host: '127.0.0.1', port }
  return new BentoCache({
    default: 'tiers',
    ttl: '10m',
    grace: '6h',
    stores: {
      tiers: bentostore()
        .useL1Layer(memoryDriver({ maxSize: '10mb' }))
        .useL2Layer(redisDriver({ connection }))
        .useBus(redisBusDriver({ connection })),
    },
  })
}
