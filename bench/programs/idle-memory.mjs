import { setTimeout as sleep } from 'node:timers/promises'
import { setupStore } from '@mcpstore/core'
import { twentyTools } from '../servers.mjs'

// What the heap of this process has, in bytes, before and after `COUNT` services were used and their connections
// were closed for want of use: node --expose-gc idle-memory.mjs COUNT. All their lists are known before.
const count = Number(process.argv[2])
const store = await setupStore({ logger: false, idleTimeoutMs: 50 })
const context = store.forStore()
const names = Array.from({ length: count }, (_, index) => `service-${index}`)
await context.addService({ mcpServers: Object.fromEntries(names.map((name) => [name, twentyTools()])) })

async function useAllOnce() {
  for (const name of names) await context.useTool(`${name}/tool_0`, { text: 'hello' })
  while ((await context.listServices()).some(({ facts }) => facts.phase !== 'idle')) await sleep(20)
  // What was counted is delivered, and nothing waits any more.
  await sleep(500)
  globalThis.gc()
  return process.memoryUsage().heapUsed
}

// What is loaded and compiled at the first use is not of the services.
await useAllOnce()
const before = await useAllOnce()
const after = await useAllOnce()
await store.close()
process.stdout.write(JSON.stringify({ before, after }))
