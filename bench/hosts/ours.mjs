import { setupStore, textOf } from '@mcpstore/core'

/**
 * A store of `servers`, with the `options` of `setupStore`. They are registered first where the dataspace is `empty`;
 * otherwise somebody has done that, and fetched their tools.
 */
export async function openHost(servers, { options, empty = false }) {
  const store = await setupStore({ logger: false, ...options })
  const context = store.forStore()
  if (empty) await context.addService({ mcpServers: servers })
  return {
    async listTools() {
      const tools = await context.listTools()
      return tools.map(({ name }) => name)
    },
    caller: (service, tool) => async (args) => textOf(await context.useTool(`${service}/${tool}`, args)),
    close: () => store.close(),
  }
}
