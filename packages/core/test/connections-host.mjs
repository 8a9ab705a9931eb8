import { fileURLToPath } from 'node:url'
import { createViteServer } from 'vitest/node'

// A process that connects to a server and then ends in the way its arguments say:
// node connections-host.mjs CONFIG stay | exit | throw | close
const [config, way] = process.argv.slice(2)

const vite = await createViteServer({
  root: fileURLToPath(new URL('..', import.meta.url)),
  configFile: false,
  logLevel: 'silent',
  server: { middlewareMode: true, hmr: false, ws: false, watch: null },
  optimizeDeps: { noDiscovery: true },
  ssr: { resolve: { conditions: ['@mcpstore/source'] } },
})
const { createConnector } = await vite.ssrLoadModule('/src/connections/index.ts')
const connection = await createConnector().connect('demo', JSON.parse(config), { timeoutMs: 20_000 })
await vite.close()
process.stdout.write('connected\n')

if (way === 'exit') process.exit(0)
if (way === 'throw') {
  setImmediate(() => {
    throw new Error('as told')
  })
}
if (way === 'close') {
  await connection.close()
  process.stdout.write('closed\n')
}
