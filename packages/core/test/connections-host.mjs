import { fileURLToPath } from 'node:url'
import { createViteServer } from 'vitest/node'

// A process that connects to a server and then ends in the way its arguments say:
// node connections-host.mjs CONFIG stay | exit | throw | close | again (connects once more when its input ends)
const [config, way] = process.argv.slice(2)

const vite = await createViteServer({
  root: fileURLToPath(new URL('..', import.meta.url)),
  // For the change that a mutant makes.
  configFile: fileURLToPath(new URL('../../../vitest.config.ts', import.meta.url)),
  logLevel: 'silent',
  server: { middlewareMode: true, hmr: false, ws: false, watch: null },
  optimizeDeps: { noDiscovery: true },
})
const { createConnector } = await vite.ssrLoadModule('/src/connections/index.ts')
const connection = await createConnector().connect('demo', JSON.parse(config), { timeoutMs: 20_000 })
if (way !== 'again') await vite.close()
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
if (way === 'again') {
  process.stdin
    .resume()
    .once('end', () => createConnector().connect('again', JSON.parse(config), { timeoutMs: 20_000 }))
}
