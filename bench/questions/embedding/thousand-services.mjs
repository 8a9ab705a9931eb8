import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setupStore } from '@mcpstore/core'
import { timePerCall } from '../../harness.mjs'

export const question = 'open a local store of 1,000 services, list them, close it'
export const comparedWith = { parse: { name: 'read and parse the same as `mcp.json`' } }

const COUNT = 1000

export async function run(sandbox) {
  const options = { local: join(sandbox.folder('data'), 'store.db'), logger: false }
  const file = join(sandbox.folder('data'), 'mcp.json')
  const entries = Array.from({ length: COUNT }, (_, index) => [
    `service-${index}`,
    { command: 'npx', args: ['-y', `@example/server-${index}`], env: { TOKEN: `\${TOKEN_${index}}` } },
  ])
  writeFileSync(file, JSON.stringify({ mcpServers: Object.fromEntries(entries) }, null, 2))
  const store = await setupStore(options)
  await store.forStore().addService({ file })
  await store.close()

  return sandbox.interleaved(
    {
      ours: () => timePerCall(() => openAndList(options), 1),
      parse: () => timePerCall(() => JSON.parse(readFileSync(file, 'utf8')), 1),
    },
    { rounds: 31, warmUps: 3 },
  )
}

async function openAndList(options) {
  const store = await setupStore(options)
  const { length } = await store.forStore().listServices()
  await store.close()
  if (length !== COUNT) throw new Error(`${length} services were listed, not ${COUNT}`)
}
