import { setupStore } from '@mcpstore/core'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { timePerCall } from './harness.mjs'
import { startTwentyTools } from './servers.mjs'

const args = { text: 'hello' }

/**
 * A call of a tool over an open HTTP connection, `inFlight` of them at a time, by the store and by a bare SDK client of
 * the same server, which answers in the `form` of JSON or of event streams. The time of one, as the mean of `calls`.
 */
export async function againstBareHttp(sandbox, { inFlight, calls, form = 'json' }) {
  const server = await startTwentyTools(form)
  const store = await setupStore({ logger: false })
  const client = new Client({ name: 'bench', version: '1' })
  // On Node 20 each call of the bare client leaves a listener on one signal, and Node warns of each above 1,500.
  process.removeAllListeners('warning')
  try {
    const context = store.forStore()
    await context.addService({ mcpServers: { twenty: { url: server.url } } })
    await context.waitService('twenty')
    await client.connect(new StreamableHTTPClientTransport(new URL(server.url)))
    const together = (call) => () => Promise.all(Array.from({ length: inFlight }, call))
    const timed = async (call) => (await timePerCall(together(call), calls / inFlight)) / inFlight
    return await sandbox.interleaved(
      {
        ours: () => timed(() => context.useTool('twenty/tool_0', args)),
        sdk: () => timed(() => client.callTool({ name: 'tool_0', arguments: args })),
      },
      { rounds: 31, warmUps: 5 },
    )
  } finally {
    await client.close()
    await store.close()
    server.stop()
  }
}
