import { createServer } from 'node:net'
import { Dataspace, type Json, MemoryTables, memoryBackend, recordKey } from '@mcpstore/storage'
import { fingerprint } from '../src/config/fingerprint.ts'
import type { ServiceConfig } from '../src/config/service-config.ts'
import type { Store, StoreOptions } from '../src/index.ts'
import { resolveOptions } from '../src/options/resolve-options.ts'
import { storeOver } from '../src/setup-store.ts'
import { later, until } from './connections-fixtures.ts'

/** What a reader's environment holds and nobody else may learn. */
export const SECRET = 'reader-secret-4711-do-not-tell'

/** A dataspace that several can write to, without a server: the tables of a memory backend that calls itself Redis. */
export interface SharedPlace {
  tables: MemoryTables
  /** A store of it, with the log it wrote and the names of the variables it looked at. */
  reader(options?: StoreOptions): Promise<Reader>
  /** Somebody who writes whatever he likes. */
  stranger(): Promise<Stranger>
}

export type Reader = Store & { lines: string[]; asked: Set<string> }

export interface Stranger {
  plant(name: string, config: unknown): Promise<void>
  /** A tool list, as if it had been fetched with the config that was planted. */
  plantList(name: string, tools: string[]): Promise<void>
  dataspace: Dataspace
}

export function sharedPlace(): SharedPlace {
  const tables = new MemoryTables()
  const dataspace = async () => {
    const backend = { ...memoryBackend({ tables }), kind: 'redis' as const, durable: 'redis' as const }
    const opened = await new Dataspace({ backend, namespace: 'shared', dataspace: 'w1' }).open()
    later(() => opened.close())
    return opened
  }
  return {
    tables,
    reader: async (options = {}) => readerOf(await dataspace(), options),
    stranger: async () => strangerIn(await dataspace()),
  }
}

/** A store over a dataspace; closed after the test. */
export function readerOf(dataspace: Dataspace, options: StoreOptions = {}): Reader {
  const lines: string[] = []
  const asked = new Set<string>()
  const say = (line: string) => void lines.push(line)
  const logger = { debug: say, info: say, warn: say, error: say }
  const env = new Proxy(options.env ?? { PATH: process.env['PATH'], TOKEN: SECRET, HOME: '/home/reader' }, {
    get: (target, name) => {
      asked.add(String(name))
      return Reflect.get(target, name)
    },
  })
  const resolved = resolveOptions({ ...options, logger, env })
  // Whether all of them are texts was looked at once, and of no service.
  asked.clear()
  const store = storeOver(dataspace, resolved, logger)
  later(() => store.close())
  return Object.assign(store, { lines, asked })
}

export function strangerIn(dataspace: Dataspace): Stranger {
  const plant = async (name: string, config: unknown) => {
    await dataspace.put(recordKey({ scope: 'store', service: name, kind: 'config' }), config as Json)
  }
  const plantList = async (name: string, tools: string[]) => {
    const { value, stamp } = dataspace.get(recordKey({ scope: 'store', service: name, kind: 'config' }))!
    const shape = fingerprint(
      value as unknown as ServiceConfig,
      `${dataspace.namespace}:${dataspace.dataspace}`,
    )
    const list = { tools: tools.map((tool) => ({ name: tool })), server: {}, shape, fingerprint: shape }
    const times = { fetchedAt: new Date(0).toISOString(), ttlMs: 0 }
    const key = recordKey({ scope: 'store', service: name, kind: 'cache' })
    await dataspace.put(key, { ...list, ...times }, { basis: stamp })
  }
  return { plant, plantList, dataspace }
}

/** Waits until the reader sees the service, as `sees` wants it. */
export async function seen(
  reader: Store,
  name: string,
  sees: (service: Awaited<ReturnType<ReturnType<Store['forStore']>['serviceInfo']>>) => boolean = () => true,
): Promise<void> {
  const look = () => reader.forStore().serviceInfo(name)
  await until(() => look().then(sees, () => false))
}

/** Listens on loopback and counts who connects. */
export async function trap(): Promise<{ port: number; connections: () => number; bytes: () => string }> {
  let count = 0
  let received = ''
  const server = createServer((socket) => {
    count++
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1')
      socket.end('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n')
    })
    socket.on('error', () => {})
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  later(() => new Promise((resolve) => server.close(resolve)))
  const { port } = server.address() as { port: number }
  return { port, connections: () => count, bytes: () => received }
}
