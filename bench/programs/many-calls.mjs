import { setupStore } from '@mcpstore/core'
import { twentyTools } from '../servers.mjs'

// What this process takes of memory, in bytes, before and after `COUNT` calls of a tool, sixteen at a time:
// node --expose-gc many-calls.mjs COUNT
const count = Number(process.argv[2])
const store = await setupStore({ logger: false })
const context = store.forStore()
await context.addService({ mcpServers: { twenty: twentyTools() } })
await context.waitService('twenty', { timeout: 30_000 })

async function memoryAfter(calls) {
  const queue = Array.from({ length: calls }).entries()
  const worker = async () => {
    for (const _ of queue) await context.useTool('twenty/tool_0', { text: 'hello' })
  }
  await Promise.all(Array.from({ length: 16 }, worker))
  globalThis.gc()
  const { heapUsed, rss } = process.memoryUsage()
  return { heapUsed, rss }
}

const before = await memoryAfter(20_000)
const after = await memoryAfter(count)
await store.close()
process.stdout.write(JSON.stringify({ before, after }))
