import { BentoCache, bentostore } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import { redisBusDriver, redisDriver } from 'bentocache/drivers/redis'
import {
  asRead,
  asWritten,
  contentOf,
  known,
  knownName,
  seeds,
  unknownName,
  writtenName,
} from '../../outage/answers.mjs'

// As its pages on two tiers and on grace periods set it up.

export async function seed(options) {
  const cache = makeCache(options)
  for (const name of seeds) await cache.set({ key: name, value: contentOf(name) })
  await cache.disconnectAll()
}

export async function open(options) {
  const cache = makeCache(options)
  for (const name of known) await cache.get({ key: name })
  const read = async (name) => asRead([[name, await cache.get({ key: name })]])
  return {
    operations: {
      known: (number) => read(knownName(number)),
      unknown: (number) => read(unknownName(number)),
      write: async (number) => {
        const name = writtenName(number)
        return asWritten(await cache.set({ key: name, value: contentOf(name) }), { refused: [false] })
      },
      list: async () => {
        const values = await Promise.all(known.map((key) => cache.get({ key })))
        return asRead(known.map((name, at) => [name, values[at]]))
      },
    },
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
