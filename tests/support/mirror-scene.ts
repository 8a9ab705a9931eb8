import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Database from 'libsql'
import { spawnLeashed } from './leash.ts'
import { type MirrorOptions, mirrorOf } from './mirror-options.ts'
import { until } from './processes.ts'
import { type RedisServer, startRedis } from './redis-server.ts'
import { startProxy, type TcpProxy } from './tcp-proxy.ts'
import { removeFolder, temporaryFolder } from './temporary-folder.ts'
import { startWorker, type Worker } from './worker.ts'

export type MirrorWorker = Worker<typeof import('./programs/mirror-worker.ts').requests>

const script = new URL('./programs/mirror-worker.ts', import.meta.url)
const lockHolder = fileURLToPath(new URL('./programs/lock-holder.mjs', import.meta.url))

/** A Redis server behind a proxy, and a home in which processes keep a mirror of it. */
export class MirrorScene implements AsyncDisposable {
  readonly redis: RedisServer
  readonly proxy: TcpProxy
  readonly home: string = temporaryFolder('mcpstore-mirror-')
  readonly #workers: MirrorWorker[] = []
  readonly #proxies: TcpProxy[] = []
  readonly #holders: ChildProcess[] = []

  constructor(redis: RedisServer, proxy: TcpProxy) {
    this.redis = redis
    this.proxy = proxy
  }

  get options(): MirrorOptions {
    return { url: this.proxy.url, home: this.home, dataspace: 'ws' }
  }

  get file(): string {
    return mirrorOf(this.options)
  }

  path(name: string): string {
    return join(this.home, name)
  }

  /** A process with the dataspace open, whatever answers. */
  async start(options: Partial<MirrorOptions> = {}): Promise<MirrorWorker> {
    const worker = await this.worker()
    await worker.ask('open', { ...this.options, ...options })
    return worker
  }

  /** A process that has not opened anything. */
  async worker(): Promise<MirrorWorker> {
    const worker: MirrorWorker = await startWorker(script)
    this.#workers.push(worker)
    return worker
  }

  /** A process that holds the write lock of the mirror; `by turns` it lets go now and then. */
  async holdLock(...manner: 'by turns'[]): Promise<ChildProcess> {
    const holder = spawnLeashed(process.execPath, [lockHolder, this.file, ...manner])
    this.#holders.push(holder)
    await once(holder.stdout!, 'data')
    return holder
  }

  /** Another way to the same server. */
  async anotherProxy(): Promise<TcpProxy> {
    const proxy = await startProxy(this.redis.port)
    this.#proxies.push(proxy)
    return proxy
  }

  /** Resolves when the worker has everything delivered. */
  async delivered(worker: MirrorWorker): Promise<void> {
    await until('everything is delivered', async () => {
      const { state, pendingWrites } = await worker.ask('status')
      return state === 'up' && pendingWrites === 0
    })
  }

  /** Resolves when the worker knows that Redis does not answer. */
  async down(worker: MirrorWorker): Promise<void> {
    await until('the outage is noticed', async () => (await worker.ask('status')).state === 'down')
  }

  /** The config of a service as Redis has it. */
  async config(service: string): Promise<unknown> {
    const value = await this.redis.command('HGET', `default:ws:services:${service}:config`, 'v')
    return value === null ? undefined : JSON.parse(String(value))
  }

  async meta(field: string): Promise<string> {
    return String((await this.redis.command('HGET', 'default:ws:meta', field)) ?? '')
  }

  /** What lies in the mirror, asked of SQLite itself; nothing while it is not made, or just being made. */
  query<Row = Record<string, unknown>>(sql: string, file: string = this.file): Row[] {
    if (!existsSync(file)) return []
    const db = new Database(file, { readonly: true, timeout: 1000 })
    try {
      return db.prepare(sql).all() as Row[]
    } catch (thrown) {
      if (/no such table/.test(String(thrown))) return []
      throw thrown
    } finally {
      db.close()
    }
  }

  /** The keys of the writes that wait in the mirror. */
  waiting(): string[] {
    return this.query<{ write: string }>('SELECT write FROM outbox ORDER BY rev').map(
      ({ write }) => JSON.parse(write).record.key,
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const holder of this.#holders) holder.kill('SIGKILL')
    for (const worker of this.#workers) await worker[Symbol.asyncDispose]()
    for (const proxy of [this.proxy, ...this.#proxies]) await proxy[Symbol.asyncDispose]()
    await this.redis.stop()
    removeFolder(this.home)
  }
}

export async function mirrorScene(): Promise<MirrorScene> {
  const redis = await startRedis()
  return new MirrorScene(redis, await startProxy(redis.port))
}

/** The key of a service's config. */
export const config = (service: string): string => `services:${service}:config`
