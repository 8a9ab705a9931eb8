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

/** Resolves when the storage is in this state; an event tells. */
function reached(state) {
  return new Promise((resolve) => {
    const stop = store.events.on('storageChanged', look)
    function look() {
      if (store.status().state !== state) return
      stop()
      resolve(state)
    }
    look()
  })
}

/** Resolves when this process knows of the service; an event tells. */
function sees(name) {
  return new Promise((resolve) => {
    const stop = store.events.on('serviceAdded', look)
    async function look() {
      const services = await ctx.listServices().catch(() => [])
      if (!services.some((service) => service.name === name)) return
      stop()
      resolve(name)
    }
    void look()
  })
}

const asks = {
  reached,
  sees,
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
