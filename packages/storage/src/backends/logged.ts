import type { Backend } from '../backend.ts'
import { guarded, type Logger } from '../logger.ts'
import { systemTime, type Time } from '../time.ts'

const OPERATIONS = [
  'open',
  'merge',
  'pull',
  'read',
  'beat',
  'announce',
  'nodes',
  'count',
  'leave',
  'stay',
  'fold',
  'clear',
  'lease',
  'release',
  'report',
  'conflicts',
  'inspect',
  'project',
] as const

/** The same backend, with one debug line for every operation: what, which keys, ms, outcome; never a value. */
export function loggedBackend(backend: Backend, logger: Logger, time: Time = systemTime): Backend {
  const logged: Backend = { ...backend }
  const { debug } = guarded(logger)
  for (const operation of OPERATIONS) {
    const original = backend[operation] as ((...args: unknown[]) => Promise<unknown>) | undefined
    if (!original) continue
    const timed = async (...args: unknown[]) => {
      const began = time.now()
      const line = (outcome: string) => {
        debug(`storage: ${backend.kind} ${operation}${keysOf(args[0])} ${time.now() - began} ms ${outcome}`)
      }
      try {
        const answer = await original(...args)
        line('ok')
        return answer
      } catch (thrown) {
        line(`failed: ${thrown instanceof Error ? thrown.message : String(thrown)}`)
        throw thrown
      }
    }
    Object.assign(logged, { [operation]: timed })
  }
  return logged
}

function keysOf(argument: unknown): string {
  if (!Array.isArray(argument)) return ''
  const keys = argument.map((part: string | { key?: string; record?: { key: string } }) =>
    typeof part === 'string' ? part : (part.record?.key ?? part.key),
  )
  return ` ${keys.join(' ')}`
}
