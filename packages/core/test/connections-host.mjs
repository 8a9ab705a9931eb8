import { createConnector } from '../src/connections/index.ts'

// A process that connects to a server and then ends in the way its arguments say:
// node --import typescript.mjs connections-host.mjs CONFIG stay | exit | throw | close | again (connects once more when its input ends)
const [config, way] = process.argv.slice(2)

const connection = await createConnector().connect('demo', JSON.parse(config), { timeoutMs: 20_000 })
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
