import { join } from 'node:path'
import { setupStore } from '@mcpstore/core'
import { paired, timePerCall } from '../harness.mjs'
import { twentyTools } from '../servers.mjs'
import { withinMicroseconds } from '../targets.mjs'

export const question = '`listTools()` of 20 tools, in process, warm'
export const comparedWith = '`JSON.parse` of the same list'
export const target = withinMicroseconds(20)

const CALLS = 1000

export async function run({ folder }) {
  const store = await setupStore({ local: join(folder('data'), 'store.db'), logger: false })
  try {
    const context = store.forStore()
    await context.addService({ mcpServers: { twenty: twentyTools() } })
    const tools = await context.listTools()
    if (tools.length !== 20) throw new Error(`${tools.length} tools were listed, not 20`)
    const text = JSON.stringify(tools)
    return await paired(
      () => timePerCall(() => context.listTools(), CALLS),
      () => timePerCall(() => JSON.parse(text), CALLS),
      { pairs: 101 },
    )
  } finally {
    await store.close()
  }
}
