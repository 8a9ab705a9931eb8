import { setTimeout as sleep } from 'node:timers/promises'
import { setupStore } from '@mcpstore/core'
import { median } from '../statistics.mjs'
import { withProxies } from './counting.mjs'
import { filled, TTL_MS } from './many-tools.mjs'

const TIMES = 5
/** How long to wait for what is done behind, in ms: the lease is let go, lookup keys are written, the others read. */
const BEHIND_MS = 300

/**
 * What it takes at Redis, requests and bytes, that the list of a service with so many tools is fetched again: of who asks its server, and of each
 * other process. With `names` `own` the list is as it was, with `same` it is another one each time.
 */
export function costsOfListAgain(redis, sandbox, { tools, names }) {
  return withProxies(redis, ['asking', 'hearing'], async ({ asking, hearing }) => {
    const home = sandbox.folder(`home-again-${names}`)
    const options = { namespace: 'bench', dataspace: `again-${names}`, mirror: false, home, logger: false }
    const { store, stop } = await filled(asking, options, { services: 1, tools, names })
    const other = await setupStore({
      ...options,
      redis: `redis://127.0.0.1:${hearing.port}`,
      toolTtlMs: TTL_MS,
    })
    try {
      await other.forStore().listTools()
      const found = []
      for (let time = 0; time < TIMES; time++) {
        let heard
        const asked = await asking.during(async () => {
          heard = await hearing.during(async () => {
            await store.forStore().listTools('service-0', { fresh: true })
            await sleep(BEHIND_MS)
          })
        })
        if ((await fetchedAt(other)) !== (await fetchedAt(store)))
          throw new Error('the other has not heard of it')
        found.push({ asked, heard })
      }
      const middle = (part, kind) => median(found.map((one) => one[part][kind]))
      return {
        askedRequests: middle('asked', 'requests'),
        askedBytes: middle('asked', 'bytes'),
        heardRequests: middle('heard', 'requests'),
        heardBytes: middle('heard', 'bytes'),
      }
    } finally {
      await other.close()
      await store.close()
      stop()
    }
  })
}

async function fetchedAt(store) {
  return (await store.forStore().listServices())[0].fetchedAt
}
