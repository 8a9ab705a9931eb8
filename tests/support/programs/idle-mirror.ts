import { Dataspace } from '@mcpstore/storage'
import { redisBackend, redisTarget } from '@mcpstore/storage/redis'
import { mirrorOf } from '../mirror-options.ts'

// Writes during an outage, says how durable that was, and has nothing more to do: node idle-mirror.ts URL HOME
const [url, home] = process.argv.slice(2) as [string, string]
const place = { namespace: 'default', dataspace: 'ws' }
const dataspace = await new Dataspace({
  ...place,
  backend: redisBackend({ ...place, target: redisTarget({ url }), timeoutMs: 500 }),
  mirror: mirrorOf({ url, home, dataspace: 'ws' }),
  waitMs: 500,
}).open()
const { durable } = await dataspace.put('services:weather:config', 1)
process.stdout.write(`${durable}\n`)
