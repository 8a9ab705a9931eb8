import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { spawnLeashed } from './leash.ts'
import { stateOf, until } from './processes.ts'

const command = process.env['REDIS_SERVER'] || 'redis-server'
const LOG_LENGTH = 100_000

/** Whether there is a server to start: `describe.skipIf(!hasRedisServer)`. With CI=true a missing one is not skipped, but fails. */
export const hasRedisServer: boolean =
  process.env['CI'] === 'true' || spawnSync(command, ['--version']).status === 0

/** One run of `redis-server`, from its start to its end. */
export interface RedisProcess {
  readonly pid: number
  /** The last of what it printed. */
  log(): string
  /** Whether it neither ended nor was killed. */
  runs(): boolean
  /** SIGSTOP. Resolves when the process really stands still. */
  pause(): Promise<void>
  /** SIGCONT. Resolves when it runs again. */
  resume(): Promise<void>
  /** SIGKILL, paused or not. Resolves when it is gone. May be called twice. */
  kill(): Promise<void>
}

/** Starts `redis-server` and waits until it printed `ready`. Throws with its output when it ends instead. */
export async function startRedisProcess(args: readonly string[], ready: string): Promise<RedisProcess> {
  const child = spawnLeashed(command, args)
  const gone = once(child, 'close')
  let log = ''
  const printed = new Promise<void>((resolve) => {
    const collect = (chunk: Buffer): void => {
      log = (log + chunk.toString()).slice(-LOG_LENGTH)
      if (log.includes(ready)) resolve()
    }
    child.stdout!.on('data', collect)
    child.stderr!.on('data', collect)
  })
  await Promise.race([printed, gone])
  const pid = child.pid!
  const runs = (): boolean => child.exitCode === null && child.signalCode === null
  if (!runs()) throw new Error(`${command} did not start:\n${log}`)
  return {
    pid,
    log: () => log,
    runs,
    pause: async () => {
      child.kill('SIGSTOP')
      await until(`redis-server ${pid} stands still`, () => stateOf(pid) === 'T')
    },
    resume: async () => {
      child.kill('SIGCONT')
      await until(`redis-server ${pid} runs again`, () => stateOf(pid) !== 'T')
    },
    kill: async () => {
      child.kill('SIGKILL')
      await gone
    },
  }
}
