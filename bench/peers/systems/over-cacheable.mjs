import { setTimeout } from 'node:timers/promises'
import { contentOf, known, operationsOf, seeds } from '../../outage/answers.mjs'

const ATTEMPTS = 100
const PAUSE_MS = 20

/** The operations of a cache that `make` sets up on a Redis URL; `prefix` is what its keys begin with. */
export function cacheableSystem(make, { prefix }) {
  return {
    async seed({ port }) {
      const cache = make(urlOf(port))
      const isSet = async (name) => {
        await cache.set(name, contentOf(name))
        return cache.secondary.get(name)
      }
      // One that does not wait says it has written what it has not even sent.
      for (const name of seeds) await untilThere(() => isSet(name))
      await cache.disconnect()
    },
    async open({ port }) {
      const cache = make(urlOf(port))
      cache.on('error', () => {})
      for (const name of known) await untilThere(() => cache.get(name))
      return {
        operations: operationsOf({
          get: (name) => cache.get(name),
          set: (name, content) => cache.set(name, content),
          getAll: (names) => cache.getMany(names),
          said: { refused: [false] },
        }),
        close: () => cache.disconnect(),
      }
    },
    /** What Redis holds under a name, if anything. */
    stored: (client, name) => client.get(prefix + name),
  }
}

function urlOf(port) {
  return `redis://127.0.0.1:${port}`
}

async function untilThere(read) {
  for (let attempt = 0; (await read()) === undefined; attempt++) {
    if (attempt === ATTEMPTS) throw new Error('what was written is not there')
    await setTimeout(PAUSE_MS)
  }
}
