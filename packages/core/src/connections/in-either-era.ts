import { setImmediate as turn } from 'node:timers/promises'
import type { McpStoreError } from '@mcpstore/storage'
import type { ProtocolChoice } from '../config/service-config.ts'
import { storeError } from '../errors.ts'
import type { Connection, ConnectOptions } from './connector.ts'
import { Deadline } from './deadline.ts'
import { type Era, erasToTry, MODERN_VERSION } from './era.ts'
import { isTurnedDown } from './verdict.ts'

export interface EitherOptions extends ConnectOptions {
  choice: ProtocolChoice
}

/** Opens a connection in one era, within a deadline. */
type Open = (deadline: Deadline) => Promise<Connection>

/**
 * Tries one era after the other, as is chosen and what is known of the server suggests. Where none works, the failure of
 * the older one is told. Throws `timeout` and `aborted`, and what `open` throws.
 */
export async function inEitherEra(
  service: string,
  { choice, known, ...bounds }: EitherOptions,
  open: Record<Era, Open>,
): Promise<Connection> {
  const deadline = new Deadline(bounds)
  const what = `the connection to service "${service}"`
  const failures: Partial<Record<Era, unknown>> = {}
  try {
    for (const era of erasToTry(choice, known)) {
      await caughtUp()
      const tooLate = deadline.failure(what)
      if (tooLate) throw tooLate
      try {
        return await (era === 'modern' && choice === 'auto' && !failures.legacy
          ? inHalfTheTime(bounds.timeoutMs, deadline, open.modern)
          : open[era](deadline))
      } catch (error) {
        if (deadline.failure(what) || !mayDoInTheOther(error)) throw error
        failures[era] = error
      }
    }
  } finally {
    deadline.clear()
  }
  if (choice === MODERN_VERSION) throw notSpoken(service, failures.modern as McpStoreError)
  throw failures.legacy
}

/**
 * Once what has come meanwhile has been heard: with a lot to load, a signal that ends the caller waits for a tenth of a second.
 * One turn of the loop may have looked for it before it came.
 */
async function caughtUp(): Promise<void> {
  await turn()
  await turn()
}

/** A server that is silent when it is asked in the newer way has its time in the older one. */
async function inHalfTheTime(timeoutMs: number, whole: Deadline, open: Open): Promise<Connection> {
  const deadline = new Deadline({ timeoutMs: timeoutMs / 2, signal: whole.signal })
  try {
    return await open(deadline)
  } finally {
    deadline.clear()
  }
}

function mayDoInTheOther(error: unknown): boolean {
  return isTurnedDown(error) || (error as { code?: unknown }).code === 'timeout'
}

function notSpoken(service: string, cause: McpStoreError): McpStoreError {
  const message = `service "${service}" was not found to speak MCP of ${MODERN_VERSION}, which its config asks for: ${cause.message}`
  const advice = 'Make "protocol" of its config "auto" if it may speak another.'
  const hint = cause.hint ? `${cause.hint} ${advice}` : advice
  return storeError('unreachable', message, { hint, cause })
}
