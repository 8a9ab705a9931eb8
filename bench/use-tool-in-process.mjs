import { join } from 'node:path'
import { setupStore } from '@mcpstore/core'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { timeMedianCall } from './harness.mjs'
import { OwnSessionTransport } from './own-session.mjs'
import { twentyTools } from './servers.mjs'

const CALLS = 50
/** Until then not all of it is compiled. */
const NOT_TIMED = 5000
const args = { text: 'hello' }

/** `useTool()` against the SDK client's `callTool()`, each over a connection that is open; `pause` goes before each call. */
export async function useToolInProcess(sandbox, { pause } = {}) {
  const store = await setupStore({ local: join(sandbox.folder('data'), 'store.db'), logger: false })
  const client = new Client({ name: 'bench', version: '1' })
  try {
    const context = store.forStore()
    await context.addService({ mcpServers: { twenty: twentyTools() } })
    await context.waitService('twenty')
    await client.connect(new OwnSessionTransport(twentyTools()))
    const ours = () => context.useTool('twenty/tool_0', args)
    const bare = () => client.callTool({ name: 'tool_0', arguments: args })
    for (const call of [ours, bare]) await timeMedianCall(call, NOT_TIMED)
    return await sandbox.interleaved(
      {
        ours: () => timeMedianCall(ours, CALLS, { pause }),
        sdk: () => timeMedianCall(bare, CALLS, { pause }),
      },
      { rounds: 31, warmUps: 5 },
    )
  } finally {
    await client.close()
    await store.close()
  }
}
