import { setupStore } from '@mcpstore/core'
import { withRedis } from '../../redis/with-redis.mjs'
import { twentyTools } from '../../servers.mjs'
import { atMost } from '../../targets.mjs'

export const question =
  'open a dataspace in Redis and `listTools()` of 10 services with 20 tools, which others have fetched'
export const comparedWith = {
  started: { name: 'the same where the 10 servers have to be started', target: atMost(0.05) },
}
export const needsRedis = true

const COUNT = 10

export function run(sandbox) {
  return withRedis(sandbox, async ({ port }) => {
    const options = {
      redis: `redis://127.0.0.1:${port}`,
      dataspace: 'warm',
      mirror: false,
      home: sandbox.folder('data'),
      logger: false,
    }
    const listed = (fresh) => timeToList(options, fresh)
    await addServices(options)
    return sandbox.interleaved({ ours: () => listed(false), started: () => listed(true) }, { rounds: 9 })
  })
}

async function addServices(options) {
  const entries = Array.from({ length: COUNT }, (_, index) => [`service-${index}`, twentyTools()])
  const store = await setupStore(options)
  try {
    await store.forStore().addService({ mcpServers: Object.fromEntries(entries) })
    await store.forStore().listTools()
  } finally {
    await store.close()
  }
}

/** From the opening of the store to the last tool. */
async function timeToList(options, fresh) {
  const start = performance.now()
  const store = await setupStore(options)
  try {
    const context = store.forStore()
    const tools = await context.listTools(undefined, { fresh })
    const ms = performance.now() - start
    const source = fresh ? 'live' : 'cache'
    if (tools.length !== COUNT * 20 || tools.services.some((part) => part.source !== source)) {
      throw new Error(`${tools.length} tools were listed, from ${tools.services.map((part) => part.source)}`)
    }
    return ms
  } finally {
    await store.close()
  }
}
