import { join } from 'node:path'
import { setupStore } from '@mcpstore/core'
import { Dataspace, recordKey } from '@mcpstore/storage'
import { redisBackend, redisTarget } from '@mcpstore/storage/redis'
import { twentyTools } from '../../servers.mjs'
import {
  asRead,
  asWritten,
  contentOf,
  known,
  knownName,
  seeds,
  unknownName,
  writtenName,
} from '../answers.mjs'

// The tier by itself with what it is used with by default, a mirror among it, and a store whose tools are listed.

const NAMESPACE = 'bench'
const RECORDS = 'outage'
const TOOLS = 10 * 20

const keyOf = (name) => recordKey({ scope: 'store', service: name, kind: 'config' })
const isKnown = ({ key }) => key.includes(':known-')

export async function seed({ port, folder }) {
  const dataspace = await openDataspace(port)
  await dataspace.putAll(seeds.map((name) => ({ key: keyOf(name), value: contentOf(name) })))
  await dataspace.close()
  const store = await openStore(port, folder)
  const entries = Array.from({ length: 10 }, (_, number) => [`service-${number}`, twentyTools()])
  await store.forStore().addService({ mcpServers: Object.fromEntries(entries) })
  await store.forStore().listTools()
  await store.close()
}

export async function open({ port, folder }) {
  const dataspace = await openDataspace(port, join(folder, 'mirror.db'))
  const store = await openStore(port, folder)
  const context = store.forStore()
  const kept = (status) => (status.backend === 'memory' ? `memory (${status.state})` : undefined)
  const read = (name) => asRead([[name, dataspace.get(keyOf(name))?.value]], kept(dataspace.status()))
  return {
    operations: {
      known: (number) => read(knownName(number)),
      unknown: (number) => read(unknownName(number)),
      write: async (number) => {
        const name = writtenName(number)
        const { durable } = await dataspace.put(keyOf(name), contentOf(name))
        return asWritten(durable, { kept: ['local', 'memory'] })
      },
      list: () => {
        const entries = dataspace.list('services:').filter(isKnown)
        if (entries.length !== known.length) return { outcome: 'missing' }
        return asRead(
          entries.map(({ value }) => [value.name, value]),
          kept(dataspace.status()),
        )
      },
      tools: async () => {
        const { length } = await context.listTools()
        if (length !== TOOLS) return { outcome: 'missing' }
        return asRead([], kept(store.status()))
      },
      status: () => {
        const { state } = dataspace.status()
        return { outcome: 'ok', word: state }
      },
    },
    close: async () => {
      await dataspace.close()
      await store.close()
    },
  }
}

/** What Redis holds under a name, if anything. */
export function stored(client, name) {
  return client.hget(`${NAMESPACE}:${RECORDS}:${keyOf(name)}`, 'v')
}

function openDataspace(port, mirror) {
  const target = redisTarget({ url: `redis://127.0.0.1:${port}` })
  const place = { namespace: NAMESPACE, dataspace: RECORDS }
  return new Dataspace({ backend: redisBackend({ target, ...place }), ...place, mirror }).open()
}

function openStore(port, folder) {
  const redis = `redis://127.0.0.1:${port}`
  return setupStore({ redis, namespace: NAMESPACE, dataspace: 'tools', home: folder, logger: false })
}
