import { once } from 'node:events'
import { Redis } from 'ioredis'

// A bare process that reads and parses the same with nothing but ioredis, keeps it, and tells its parent what that took:
// node many-tools-bare.mjs PORT PREFIX. As many lists are read at once as a store reads.
const [, , port, prefix] = process.argv
const AT_ONCE = 64
const LISTINGS = 21

const began = performance.now()
const client = new Redis({ port: Number(port) })
const keys = await client.zrange(`${prefix}index`, 0, -1)
const configs = keys.filter((key) => key.endsWith(':config'))
const caches = keys.filter((key) => key.endsWith(':cache'))
const parsed = [...(await read(configs, 'v')), ...(await read(caches, 'h'))]
const open = performance.now() - began
const lists = []
for (let at = 0; at < caches.length; at += AT_ONCE) {
  const values = await read(caches.slice(at, at + AT_ONCE), 'v')
  lists.push(...values.map(({ tools }) => tools))
}
const bodies = performance.now() - began
const { user, system } = process.cpuUsage()
const rss = process.memoryUsage.rss()
if (parsed.length !== 2 * lists.length) throw new Error(`${parsed.length} values and ${lists.length} lists`)

const times = []
for (let count = 0; count < LISTINGS; count++) {
  const start = performance.now()
  const all = []
  for (const tools of lists) for (const tool of tools) all.push(tool)
  times.push(performance.now() - start)
}
const list = times.sort((a, b) => a - b)[LISTINGS >> 1]
process.send({ open, bodies, list, rss, cpu: (user + system) / 1000 })
await once(process, 'disconnect')
client.disconnect()

async function read(names, field) {
  const pipeline = client.pipeline()
  for (const name of names) pipeline.hget(prefix + name, field)
  return (await pipeline.exec()).map(([, text]) => JSON.parse(text))
}
