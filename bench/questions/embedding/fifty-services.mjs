import { setupStore } from '@mcpstore/core'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { twentyTools } from '../../servers.mjs'
import { atMost } from '../../targets.mjs'

export const question = 'add 50 stdio services and list their tools'
export const comparedWith = {
  sdk: { name: '50 SDK clients: connect and `listTools()`, 8 at a time as well', target: atMost(1.3) },
}
export const scope = 'normal'

const COUNT = 50
/** As many as `listTools()` asks at the same time. */
const PARALLEL = 8

export function run(sandbox) {
  return sandbox.interleaved({ ours, sdk: bare }, { rounds: 7 })
}

async function ours() {
  const start = performance.now()
  const store = await setupStore({ logger: false })
  try {
    const context = store.forStore()
    const entries = Array.from({ length: COUNT }, (_, index) => [`service-${index}`, twentyTools()])
    await context.addService({ mcpServers: Object.fromEntries(entries) })
    const { length } = await context.listTools()
    return timeOf(start, length)
  } finally {
    await store.close()
  }
}

async function bare() {
  const start = performance.now()
  const clients = []
  try {
    let length = 0
    const queue = Array.from({ length: COUNT }).entries()
    const worker = async () => {
      for (const _ of queue) {
        const client = new Client({ name: 'bench', version: '1' })
        clients.push(client)
        await client.connect(new StdioClientTransport({ ...twentyTools(), stderr: 'pipe' }))
        const { tools } = await client.listTools()
        length += tools.length
      }
    }
    await Promise.all(Array.from({ length: PARALLEL }, worker))
    return timeOf(start, length)
  } finally {
    await Promise.all(clients.map((client) => client.close()))
  }
}

/** What it took to get all tools. @throws when some are missing */
function timeOf(start, tools) {
  const ms = performance.now() - start
  if (tools !== COUNT * 20) throw new Error(`${tools} tools were listed, not ${COUNT * 20}`)
  return ms
}
