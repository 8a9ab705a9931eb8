import { Dataspace } from '@mcpstore/storage'
import { redisBackend, redisTarget } from '@mcpstore/storage/redis'
import { Redis } from 'ioredis'

// Another process: it tells its parent when it has seen a change. node watcher.mjs PORT
const port = Number(process.argv[2])
const tell = (who) => process.send({ who, at: String(process.hrtime.bigint()) })

const target = redisTarget({ url: `redis://127.0.0.1:${port}` })
const backend = redisBackend({ target, namespace: 'bench', dataspace: 'ours' })
const dataspace = await new Dataspace({ backend, namespace: 'bench', dataspace: 'ours' }).open()
dataspace.watch('', () => tell('ours'))

const [client, subscriber] = [new Redis({ port }), new Redis({ port })]
await subscriber.subscribe('plain:changes')
subscriber.on('message', async (_, key) => {
  await client.hgetall(key)
  tell('plain')
})
process.once('disconnect', () => process.exit())
process.send({ who: 'ready' })
