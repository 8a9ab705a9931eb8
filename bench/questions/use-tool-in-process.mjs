import { join } from 'node:path'
import { setupStore } from '@mcpstore/core'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { paired, timeMedianCall } from '../harness.mjs'
import { twentyTools } from '../servers.mjs'
import { noTarget } from '../targets.mjs'

export const question = '`useTool()` on an open stdio connection'
export const comparedWith = "the SDK client's `callTool()`"
export const target = noTarget

const CALLS = 50
const args = { text: 'hello' }

export async function run({ folder }) {
  const store = await setupStore({ local: join(folder('data'), 'store.db'), logger: false })
  const client = new Client({ name: 'bench', version: '1' })
  try {
    const context = store.forStore()
    await context.addService({ mcpServers: { twenty: twentyTools() } })
    await context.waitService('twenty')
    await client.connect(new StdioClientTransport(twentyTools()))
    return await paired(
      () => timeMedianCall(() => context.useTool('twenty/tool_0', args), CALLS),
      () => timeMedianCall(() => client.callTool({ name: 'tool_0', arguments: args }), CALLS),
      { pairs: 31, warmUps: 5 },
    )
  } finally {
    await client.close()
    await store.close()
  }
}
