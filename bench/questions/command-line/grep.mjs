import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { setupStore } from '@mcpstore/core'
import { cannot } from '../../interleaved.mjs'
import { withinMilliseconds } from '../../targets.mjs'

export const question = '`mcpstore grep` of two words that are in 50 of 50,000 tools of 1,000 services'
export const comparedWith = {
  node: { name: '`node -e 0`', target: withinMilliseconds(300) },
  mcporter: { name: 'mcporter', peer: true },
  mcpc: { name: 'mcpc', peer: true },
}
export const scope = 'normal'

const SERVICES = 1000
const TOOLS = 50
const server = fileURLToPath(new URL('../../programs/many-tools-http.mjs', import.meta.url))
/** Longer than any measurement: no list becomes stale. */
const TTL_MS = 3_600_000

export async function run(sandbox) {
  await fill(sandbox.folder('home'))
  // All tools of one service, and of those whose number begins alike.
  const { total } = sandbox.mcpstoreJson('grep', 'service-777', 'records')
  if (total !== TOOLS) throw new Error(`${total} tools fit, not ${TOOLS}`)
  return sandbox.interleaved(
    {
      ours: sandbox.measureMcpstore('grep', 'service-777', 'records'),
      node: sandbox.measureNode('-e', '0'),
      mcporter: cannot('mcporter has no search'),
      mcpc: cannot('a session of mcpc is a process of 100 MB beside its server, and 1,000 are too many'),
    },
    { rounds: 15 },
  )
}

/** Has all tools fetched, from servers that end then. */
async function fill(home) {
  const child = spawn(process.execPath, [server, String(TOOLS)], { stdio: ['pipe', 'pipe', 'inherit'] })
  const [url] = await once(createInterface(child.stdout), 'line')
  const store = await setupStore({
    local: true,
    home,
    dataspace: 'default',
    logger: false,
    toolTtlMs: TTL_MS,
    idleTimeoutMs: 1000,
  })
  try {
    const entries = Array.from({ length: SERVICES }, (_, at) => [`service-${at}`, { url: `${url}/${at}` }])
    await store.forStore().addService({ mcpServers: Object.fromEntries(entries) })
    const { length } = await store.forStore().listTools()
    if (length !== SERVICES * TOOLS) throw new Error(`${length} tools were fetched`)
  } finally {
    await store.close()
    child.kill()
  }
}
