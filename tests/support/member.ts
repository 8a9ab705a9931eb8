import {
  type Backend,
  Dataspace,
  type DataspaceStatus,
  type HealthState,
  type Json,
  keyPrefix,
  loggedBackend,
  type ValuesPolicy,
  type Verdict,
} from '@mcpstore/storage'
import { type RedisAddress, redisBackend, redisTarget } from '@mcpstore/storage/redis'
import { until } from './processes.ts'
import { ShiftedTime } from './shifted-time.ts'

export interface MemberOptions {
  address?: RedisAddress
  namespace?: string
  dataspace?: string
  /** How long a write waits, ms. Default: until it shows that it waits in vain, on a machine however busy. */
  waitMs?: number
  /** How long the answer to one command may take, ms. Default: `waitMs` where it is given. */
  timeoutMs?: number
  beatMs?: number
  policy?: 'fallback' | 'strict'
  mirror?: string
  hashTag?: boolean
  skewMs?: number
  values?: ValuesPolicy
  serverNow?: () => number
}

/** The key of a service's config below its dataspace. */
export const configOf = (service: string): string => `services:${service}:config`

/** One process's hold on a dataspace in Redis: a connection, a replica and a log of its own. */
export class Member implements AsyncDisposable {
  readonly store: Dataspace
  readonly backend: Backend
  readonly time: ShiftedTime = new ShiftedTime()
  /** `level line`, the debug lines too. */
  readonly log: string[] = []
  /** What became of each write that was answered. */
  readonly verdicts: Verdict[] = []
  readonly prefix: string

  constructor(url: string, options: MemberOptions) {
    const { address = { url }, namespace = 'faults', dataspace = 'shared', waitMs = 10_000 } = options
    const { beatMs = 200, policy = 'fallback', mirror, hashTag, skewMs = 0, serverNow } = options
    const { values = 'behind', timeoutMs = options.waitMs ?? 1000 } = options
    const keep = (level: string) => (line: string) => void this.log.push(`${level} ${line}`)
    const logger = { debug: keep('debug'), info: keep('info'), warn: keep('warn'), error: keep('error') }
    const { time } = this
    time.skewMs = skewMs
    const backend = redisBackend({
      target: redisTarget(address),
      namespace,
      dataspace,
      timeoutMs,
      time,
      ...(hashTag !== undefined && { hashTag }),
      ...(serverNow && { serverNow }),
    })
    const merge: Backend['merge'] = async (writes) => {
      const replies = await backend.merge(writes)
      this.verdicts.push(...replies.map(({ verdict }) => verdict))
      return replies
    }
    this.backend = loggedBackend({ ...backend, merge }, logger)
    this.prefix = keyPrefix(namespace, dataspace, { hashTag: hashTag ?? false })
    const place = { namespace, dataspace, mirror }
    this.store = new Dataspace({
      backend: this.backend,
      ...place,
      logger,
      time,
      waitMs,
      beatMs,
      policy,
      values,
    })
  }

  get status(): DataspaceStatus {
    return this.store.status()
  }

  /** What is told to people: no debug lines. */
  get lines(): string[] {
    return this.log.filter((line) => !line.startsWith('debug'))
  }

  /** What every config holds, by the service's name as it stands in the key. */
  get configs(): Record<string, Json> {
    const entries = this.store.list('services:').filter(({ key }) => key.endsWith(':config'))
    return Object.fromEntries(entries.map(({ key, value }) => [key.split(':')[1], value]))
  }

  put(service: string, value: Json | undefined): ReturnType<Dataspace['put']> {
    return this.store.put(configOf(service), value)
  }

  get(service: string): Json | undefined {
    return this.store.get(configOf(service))?.value
  }

  /** Counts calls of the tool `t` of a service. */
  count(service: string, calls = 1): void {
    this.store.count('tools:t:stats', `${service}:calls`, calls)
  }

  /** How often the tool was called. */
  calls(service: string): number | undefined {
    return this.store.counters('tools:t:stats')[`${service}:calls`]
  }

  /** Resolves when the state is one of these. */
  is(...states: HealthState[]): Promise<void> {
    return until(`it is ${states}`, () => states.includes(this.status.state))
  }

  /** Resolves when all is well and nothing waits. */
  settled(): Promise<void> {
    return until('it is up and nothing waits', () => {
      return this.status.state === 'up' && this.status.pendingWrites === 0
    })
  }

  /** Resolves when it sees these configs and no others. */
  sees(expected: Record<string, Json>): Promise<void> {
    const wanted = textOf(expected)
    return until(`it sees ${wanted}`, () => textOf(this.configs) === wanted)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.store.close()
  }
}

/** Opens a dataspace on the server or proxy. */
export async function join({ url }: { url: string }, options: MemberOptions = {}): Promise<Member> {
  const member = new Member(url, options)
  await member.store.open()
  return member
}

function textOf(configs: Record<string, Json>): string {
  return JSON.stringify(Object.entries(configs).sort(([a], [b]) => (a < b ? -1 : 1)))
}
