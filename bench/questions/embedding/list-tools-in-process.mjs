import { join } from 'node:path'
import { setupStore } from '@mcpstore/core'
import { timePerCall } from '../../harness.mjs'
import { twentyTools } from '../../servers.mjs'
import { withinMicroseconds } from '../../targets.mjs'

export const question = '`listTools()` of 20 tools, in process, warm'
export const comparedWith = {
  parse: { name: '`JSON.parse` of the same list', target: withinMicroseconds(20) },
}

const CALLS = 1000

export async function run(sandbox) {
  const store = await setupStore({ local: join(sandbox.folder('data'), 'store.db'), logger: false })
  try {
    const context = store.forStore()
    await context.addService({ mcpServers: { twenty: twentyTools() } })
    const tools = await context.listTools()
    if (tools.length !== 20) throw new Error(`${tools.length} tools were listed, not 20`)
    const text = JSON.stringify(tools)
    return await sandbox.interleaved(
      {
        ours: () => timePerCall(() => context.listTools(), CALLS),
        parse: () => timePerCall(() => JSON.parse(text), CALLS),
      },
      { rounds: 101 },
    )
  } finally {
    await store.close()
  }
}
