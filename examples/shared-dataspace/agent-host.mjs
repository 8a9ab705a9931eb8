// An agent host: a program that embeds mcpstore. It does what run.mjs asks of it, and ends when run.mjs does.
import { setupStore } from '../../packages/core/dist/index.js'

const [url, home] = process.argv.slice(2)
const store = await setupStore({
  redis: { url, namespace: 'example', dataspace: 'team', socketTimeoutMs: 1000 },
  // Here lies what Redis has not taken yet, and what this user approved.
  home,
  logger: false,
})
const ctx = store.forStore()

/** Resolves when this holds; what happens is told by events, after each of which it looks again. */
function until(events, holds) {
  return new Promise((resolve) => {
    const stops = events.map((event) => store.events.on(event, look))
    async function look() {
      if (!(await holds())) return
      for (const stop of stops) stop()
      resolve()
    }
    void look()
  })
}

async function known(name) {
  const services = await ctx.listServices().catch(() => [])
  return services.find((service) => service.name === name)
}

const asks = {
  reached: async (state) => {
    await until(['storageChanged'], () => store.status().state === state)
    return state
  },
  sees: async (name) => {
    await until(['serviceAdded'], async () => (await known(name)) !== undefined)
    return name
  },
  seesTools: async (name) => {
    await until(['serviceAdded', 'toolsChanged'], async () => (await known(name))?.toolCount > 0)
    return (await known(name)).toolCount
  },
  add: async (services) => {
    const { results, durable } = await ctx.addService(services)
    return { status: results[0].status, durable }
  },
  tools: async (service) => {
    const list = await ctx.listTools(service)
    return { names: list.map(({ name }) => name), source: list.services[0]?.source }
  },
  use: async (tool, args) => (await ctx.useTool(tool, args)).content[0].text,
  services: async () => (await ctx.listServices()).map(({ name }) => name),
  calls: async (tool) => (await ctx.toolStats(tool))[0]?.calls ?? 0,
}

process.on('message', async ({ id, ask, args }) => {
  try {
    process.send({ id, result: await asks[ask](...args) })
  } catch (error) {
    process.send({ id, error: `${error.code}: ${error.message}` })
  }
})
process.on('disconnect', () => store.close())
process.send({ ready: true })
