import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { connectRedis, type RedisConnection } from './redis-connection.ts'
import { type RedisProcess, startRedisProcess } from './redis-process.ts'
import { parseStats, type RedisStats } from './redis-stats.ts'
import type { Reply } from './resp.ts'
import { removeFolder, temporaryFolder } from './temporary-folder.ts'
import type { Certificates } from './test-certificates.ts'

export { hasRedisServer } from './redis-process.ts'

const CONFIG_FILE = 'redis.conf'
const ATTEMPTS = 5

/** The user the tests ask through, whatever becomes of the default one. */
const CONTROL_USER = 'control'

const manners = {
  server: {
    args: [],
    config: [
      'save ""',
      'appendonly no',
      'repl-diskless-sync no',
      `user ${CONTROL_USER} on nopass ~* &* +@all`,
    ],
    ready: 'Ready to accept connections',
  },
  sentinel: { args: ['--sentinel'], config: [], ready: 'Sentinel ID is' },
}

export interface RedisOptions {
  /** Lines of `redis.conf`; later ones win. Paths in them start at `dir`. */
  config?: readonly string[]
  /** A free one, unless given. */
  port?: number
  /** Listens for TLS too, at `tlsPort`. */
  tls?: Certificates
  /** Starts as a Sentinel. */
  sentinel?: boolean
}

/** A private server of one test; its data goes with it. It never outlives this process. */
export class RedisServer implements AsyncDisposable {
  readonly port: number
  readonly tlsPort: number
  /** The server's working directory. */
  readonly dir: string = temporaryFolder('mcpstore-redis-')
  readonly #options: RedisOptions
  #process: RedisProcess | undefined
  #control: RedisConnection | undefined
  #paused = false

  constructor(port: number, tlsPort: number, options: RedisOptions) {
    this.port = port
    this.tlsPort = tlsPort
    this.#options = options
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`
  }

  get pid(): number {
    return this.#started().pid
  }

  /** The last of what the server printed in this run. */
  get log(): string {
    return this.#started().log()
  }

  get isRunning(): boolean {
    return this.#process?.runs() ?? false
  }

  /**
   * Starts it, and waits until it answers, or with `ready: 'loading'` only until it listens: then it answers LOADING while
   * it reads its data. Throws with the server's own output if it does not start.
   */
  async start(options: { config?: readonly string[]; ready?: 'loading' } = {}): Promise<void> {
    const { args, config, ready } = manners[this.#options.sentinel ? 'sentinel' : 'server']
    const file = join(this.dir, CONFIG_FILE)
    const lines = [
      ...['bind 127.0.0.1', `port ${this.port}`, `dir ${this.dir}`, 'daemonize no', 'logfile ""'],
      ...config,
      ...this.#tlsConfig(),
      ...(this.#options.config ?? []),
      ...(options.config ?? []),
    ]
    writeFileSync(file, `${lines.join('\n')}\n`)
    const shown = options.ready === 'loading' ? 'Server initialized' : ready
    this.#process = await startRedisProcess([file, ...args], shown)
    this.#paused = false
  }

  /** SIGKILL. Resolves when the server is gone; what it had saved stays for `restart`. */
  async kill(): Promise<void> {
    await this.#process?.kill()
    this.#control?.[Symbol.dispose]()
    this.#control = undefined
  }

  /**
   * Kills it and starts it again on the same port. Without persistence in its config it comes back empty, or as it was at
   * the last `SAVE`, so that this is also how to roll a server back.
   *
   * @param options.keepData `false` removes what was saved.
   * @param options.config More lines, for this run only.
   */
  async restart({
    keepData = true,
    ...options
  }: {
    keepData?: boolean
    config?: readonly string[]
    ready?: 'loading'
  } = {}): Promise<void> {
    await this.kill()
    if (!keepData) for (const name of readdirSync(this.dir)) removeFolder(join(this.dir, name))
    await this.start(options)
  }

  /** SIGSTOP: the server keeps its connections, and new ones are accepted, but nothing is answered. */
  async pause(): Promise<void> {
    await this.#started().pause()
    this.#paused = true
  }

  /** SIGCONT: what arrived meanwhile is executed now. */
  async resume(): Promise<void> {
    await this.#started().resume()
    this.#paused = false
  }

  /**
   * Sends one command, as a user who may do anything, over a connection that is kept. Rejects with a RedisError, and
   * instead of waiting for a server that is paused or killed.
   */
  async command(...args: (string | number)[]): Promise<Reply> {
    if (this.#paused || !this.isRunning) throw new Error('the server is paused or killed')
    if (!this.#control || this.#control.socket.destroyed) this.#control = await this.#connect()
    return this.#control.send(...args)
  }

  /** What INFO says. The question is counted too: `info`, and the first time a connection and `auth`. */
  async stats(): Promise<RedisStats> {
    return parseStats(String(await this.command('INFO', 'all')))
  }

  /** Kills the server and removes its directory. May be called twice. */
  async stop(): Promise<void> {
    await this.kill()
    removeFolder(this.dir)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  #started(): RedisProcess {
    if (!this.#process) throw new Error('the server was not started')
    return this.#process
  }

  async #connect(): Promise<RedisConnection> {
    const connection = await connectRedis(this.port)
    if (!this.#options.sentinel) await connection.send('AUTH', CONTROL_USER, 'any')
    return connection
  }

  #tlsConfig(): string[] {
    const { tls } = this.#options
    if (!tls) return []
    return [
      `tls-port ${this.tlsPort}`,
      `tls-ca-cert-file ${tls.ca}`,
      `tls-cert-file ${tls.certificate}`,
      `tls-key-file ${tls.key}`,
      'tls-auth-clients optional',
    ]
  }
}

/**
 * Starts `redis-server` on 127.0.0.1, without persistence, and waits until it answers. Between finding a free port and
 * binding it another process may take it; then the next one is tried.
 */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  for (let attempt = 1; ; attempt++) {
    const server = new RedisServer(options.port ?? (await freePort()), await freePort(), options)
    try {
      await server.start()
      return server
    } catch (error) {
      await server.stop()
      if (attempt === ATTEMPTS || options.port || !/in use/.test(String(error))) throw error
    }
  }
}
