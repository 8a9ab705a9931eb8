import { once } from 'node:events'

// A host in a process of its own, from its start to its first tool list: node --expose-gc first-list.mjs HOST SERVERS SETTINGS.
// Its first line are the tools, its second one what they took; then it goes on until its stdin ends.
const [host, servers, settings] = process.argv.slice(2)
const { openHost } = await import(host)
const loaded = sinceStart()
const opened = await openHost(JSON.parse(servers), JSON.parse(settings))
const tools = await opened.listTools()
const inside = sinceStart() - loaded
await print(tools)
globalThis.gc()
const { heapUsed, rss } = process.memoryUsage()
await print({ inside, heapUsed, rss })
await once(process.stdin.resume(), 'end')
await opened.close()

/** In ms. `performance` says the same, but Node takes 5 ms to load it, which are nobody's here. */
function sinceStart() {
  return process.uptime() * 1000
}

function print(value) {
  return new Promise((resolve) => process.stdout.write(`${JSON.stringify(value)}\n`, resolve))
}
