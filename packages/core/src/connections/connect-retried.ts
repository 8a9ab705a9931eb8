import { setTimeout as sleep } from 'node:timers/promises'
import type { ServiceConfig } from '../config/service-config.ts'
import { storeError } from '../errors.ts'
import type { Connection, ConnectOptions, Connector } from './connector.ts'
import { countdown } from './deadline.ts'
import { isTransient, retryAfterMs } from './verdict.ts'

const RETRIES = 2
const FIRST_BACKOFF_MS = 200
const LONGEST_BACKOFF_MS = 2000
/** No wait and attempt are begun with less time than this: they could only hide the real error behind a `timeout`. */
const MIN_ATTEMPT_MS = 1000

/**
 * `connector.connect`, tried again while the failure is one that may pass and `timeoutMs`, over all, is not up. A server
 * that asks for time gets it, or is not tried again.
 */
export async function connectRetried(
  connector: Connector,
  service: string,
  config: ServiceConfig,
  options: ConnectOptions,
): Promise<Connection> {
  const { signal } = options
  const left = countdown(options)
  /** What was found out last. */
  let failure: unknown
  try {
    return await connector.connect(service, config, options)
  } catch (error) {
    if (!isTransient(error)) throw error
    failure = error
  }
  const { default: pRetry } = await import('p-retry')
  let notBefore = 0
  const retries = pRetry(
    async (attempt) => {
      if (attempt === 1) throw failure
      await sleep(Math.max(0, notBefore - performance.now()), undefined, { signal })
      return connector.connect(service, config, { ...options, ...left() })
    },
    {
      retries: RETRIES,
      minTimeout: FIRST_BACKOFF_MS,
      maxTimeout: LONGEST_BACKOFF_MS,
      randomize: true,
      shouldRetry: ({ error }) => {
        const waitMs = retryAfterMs(error)
        notBefore = performance.now() + waitMs
        if (isTransient(error)) failure = error
        return isTransient(error) && left().timeoutMs - waitMs > MIN_ATTEMPT_MS
      },
      ...(signal && { signal }),
    },
  )
  return retries.catch((error: unknown) => {
    // That time ran out while it was tried again says less.
    if (!signal?.aborted) throw (error as { code?: unknown }).code === 'timeout' ? failure : error
    throw storeError('aborted', `the connection to service "${service}" was aborted`, { cause: error })
  })
}
