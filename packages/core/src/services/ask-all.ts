import { McpStoreError } from '@mcpstore/storage'
import type { RequestOptions } from '../connections/connector.ts'
import { LONGEST_TIMER_MS, within } from '../connections/deadline.ts'
import { asError, storeError } from '../errors.ts'
import type { House } from '../house.ts'
import { ASKING, inParallel } from '../in-parallel.ts'
import { checkServiceName } from './names.ts'
import type { Service } from './registry.ts'

export interface AskOptions {
  /** How long one service may take, in ms. Default: the store's `connectTimeoutMs`. */
  timeout?: number | undefined
  /** Stops waiting for the services. */
  signal?: AbortSignal | undefined
}

/** How long one service may still take. */
export type Bounds = RequestOptions

/** What came of asking one service. */
export type Asked<Answer> = { service: Service; answer: Answer } | { service: Service; error: McpStoreError }

/** The services a question is for: the named one, or all that are enabled. @throws `unknown_service`, `unavailable` */
export function askable({ registry }: House, name: string | undefined): Service[] {
  if (name !== undefined) return [registry.get(checkServiceName(name))]
  return registry.all().filter(({ config }) => !config.disabled)
}

/**
 * Asks each of these services, side by side and so that none that is slow keeps others waiting. One that fails stands
 * in the result with its error. `what` begins the sentence when it is given up. @throws `aborted`
 */
export async function askAll<Answer>(
  house: House,
  services: readonly Service[],
  { what, timeout, signal }: AskOptions & { what: string },
  ask: (service: Service, bounds: Bounds) => Promise<Answer>,
): Promise<Asked<Answer>[]> {
  const timeoutMs = timeout ?? house.options.connectTimeoutMs
  const all = inParallel(services, { ...ASKING, signal }, async (service): Promise<Asked<Answer>> => {
    try {
      return { service, answer: await ask(service, { timeoutMs, signal }) }
    } catch (thrown) {
      return { service, error: failureOf(thrown) }
    }
  })
  return signal ? within({ timeoutMs: LONGEST_TIMER_MS, signal }, what, all) : all
}

function failureOf(thrown: unknown): McpStoreError {
  if (thrown instanceof McpStoreError) return thrown
  return storeError('unreachable', asError(thrown).message, { cause: thrown })
}
