import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Box } from './box.ts'
import { filesBelow, keysOf, placesOf } from './everything.ts'
import { LibraryHost } from './host.ts'
import { type Outcome, startMcpstore } from './mcpstore.ts'
import type { ProxiedRedis } from './proxied-redis.ts'
import { Watching } from './watching.ts'

const loudHost = fileURLToPath(new URL('./programs/loud-host.mjs', import.meta.url))

/** Literal values of configs. */
export const literal = {
  env: 'planted-words-in-an-environment',
  fallback: 'planted-Default-0f-a-placeholder',
  header: 'planted-words-in-a-header',
  userinfo: 'planted-password-in-a-url',
  query: 'planted-words-in-a-query',
  updated: 'planted-words-of-an-update',
  patched: 'planted-words-of-a-patch',
  offline: 'planted-words-of-an-outage',
  mine: 'planted-words-that-are-mine',
  yours: 'planted-words-that-are-yours',
}
/** An argument is stored as it is, and whoever looks at processes sees it. */
export const argument = 'planted-words-after-a-flag'
/** What is in nothing but the memory of those who have it. */
export const never = {
  placeholder: 'planted-v4lue-of-a-placeholder',
  dataspace: 'planted-secret-of-the-dataspace',
  redis: 'planted-password-of-redis',
}

/** A dataspace in Redis and two machines that share it, with all that anybody may see of either. */
export class PlantedScene implements AsyncDisposable {
  readonly here = new Box()
  readonly there = new Box()
  readonly proxied: ProxiedRedis
  readonly #secret: string | undefined
  readonly #printed = new Map<string, string>()
  readonly #watching: Watching[] = []

  constructor(proxied: ProxiedRedis, secret: string | undefined) {
    this.proxied = proxied
    this.#secret = secret
  }

  /** Runs the program, and keeps what it printed. */
  async run(box: Box, argv: string[], stdin?: string): Promise<Outcome> {
    const { env } = this
    const outcome = await startMcpstore(box, argv, { env, ...(stdin && { stdin }) }).outcome
    this.#note(`mcpstore ${argv.join(' ')}`, outcome.stdout + outcome.stderr)
    return outcome
  }

  /** Starts a process of the library that prints all it can. */
  async host(box: Box, name: string): Promise<LibraryHost> {
    const options = {
      redis: { url: `redis://:${never.redis}@127.0.0.1:${this.proxied.proxy.port}`, dataspace: 'default' },
      home: box.home,
      env: { HOST_TOKEN: never.placeholder },
      ...(this.#secret !== undefined && { secret: this.#secret }),
    }
    const child = box.spawn(process.execPath, [loudHost, JSON.stringify(options)], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.setEncoding('utf8').on('data', (said) => this.#note(name, said))
    }
    return new LibraryHost(child).ready()
  }

  watch(box: Box): Watching {
    const watching = new Watching(box, ['--json'], this.env)
    this.#watching.push(watching)
    return watching
  }

  /** What was printed so far, by who did. */
  get printed(): Map<string, string> {
    const watched = this.#watching.map(({ lines }, at) => [`watch ${at}`, lines.join('\n')] as const)
    return new Map([...this.#printed, ...watched])
  }

  /** Where something of it stands now: keys of Redis, files of either machine, and what was printed. */
  async placesOf(text: string): Promise<{ keys: string[]; files: string[]; printed: string[] }> {
    return {
      keys: placesOf(text, await keysOf(this.proxied.redis)),
      files: placesOf(text, new Map([...filesBelow(this.here.folder), ...filesBelow(this.there.folder)])),
      printed: placesOf(text, this.printed),
    }
  }

  get env(): Record<string, string> {
    return {
      MCPSTORE_REDIS_URL: this.proxied.proxy.url,
      MCPSTORE_REDIS_PASSWORD: never.redis,
      HOST_TOKEN: never.placeholder,
      ...(this.#secret !== undefined && { MCPSTORE_SECRET: this.#secret }),
    }
  }

  #note(by: string, said: string): void {
    this.#printed.set(by, (this.#printed.get(by) ?? '') + said)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.here[Symbol.asyncDispose]()
    await this.there[Symbol.asyncDispose]()
    await this.proxied[Symbol.asyncDispose]()
  }
}

/** The command lines of a process and of all that it started, by process id. */
export function commandLinesBelow(pid: number): Map<number, string> {
  const parents = new Map<number, number>()
  for (const name of readdirSync('/proc').filter((one) => /^\d+$/.test(one))) {
    const status = readOrEmpty(`/proc/${name}/status`)
    parents.set(Number(name), Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]))
  }
  const below = (one: number): boolean => one === pid || (parents.has(one) && below(parents.get(one)!))
  const found = [...parents.keys()].filter(below)
  return new Map(found.map((one) => [one, readOrEmpty(`/proc/${one}/cmdline`).replaceAll('\0', ' ')]))
}

/** A process may be gone by the time that it is looked at. */
function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
