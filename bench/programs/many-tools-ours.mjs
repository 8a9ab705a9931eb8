import { once } from 'node:events'
import { setupStore } from '@mcpstore/core'

// A process that opens a dataspace of many services and lists them and their tools; what that took, it tells its parent:
// node many-tools-ours.mjs OPTIONS SERVICES TOOLS. Then it tells of each change that it sees, until its parent lets go.
const [options, services, tools] = process.argv.slice(2).map((text) => JSON.parse(text))
const LISTINGS = 21

const began = performance.now()
const store = await setupStore(options)
const context = store.forStore()
const { length } = await context.listServices()
const open = performance.now() - began
const openCpu = cpuTime()
let listed = await context.listTools()
const bodies = performance.now() - began
const cpu = cpuTime()
const rss = process.memoryUsage.rss()
if (length !== services || listed.length !== services * tools)
  throw new Error(`${listed.length} tools of ${length} services were listed`)

const times = []
for (let count = 0; count < LISTINGS; count++) {
  const start = performance.now()
  await context.listTools()
  times.push(performance.now() - start)
}
const list = times.sort((a, b) => a - b)[LISTINGS >> 1]
const listCpu = (cpuTime() - cpu) / LISTINGS
store.events.on('toolsChanged', async ({ service }) => {
  const known = new Set(listed)
  listed = await context.listTools()
  process.send({ changed: service, parsed: listed.filter((tool) => !known.has(tool)).length })
})
process.send({ open, bodies, list, rss, openCpu, cpu, listCpu })
await once(process, 'disconnect')
await store.close()

/** What this process has taken of the processors until now, in ms. */
function cpuTime() {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
