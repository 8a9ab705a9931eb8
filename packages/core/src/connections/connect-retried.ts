import type { ServiceConfig } from '../config/service-config.ts'
import { storeError } from '../errors.ts'
import type { Connection, Connector, RequestOptions } from './connector.ts'
import { countdown } from './deadline.ts'
import { isTransient } from './verdict.ts'

const RETRIES = 2
const FIRST_BACKOFF_MS = 200
const LONGEST_BACKOFF_MS = 2000
/** No wait and attempt are begun with less time than this: they could only hide the real error behind a `timeout`. */
const MIN_ATTEMPT_MS = 1000

/** `connector.connect`, tried again while the failure is one that may pass and `timeoutMs`, over all, is not up. */
export async function connectRetried(
  connector: Connector,
  service: string,
  config: ServiceConfig,
  options: RequestOptions,
): Promise<Connection> {
  const { signal } = options
  const left = countdown(options)
  let firstFailure: unknown
  try {
    return await connector.connect(service, config, options)
  } catch (error) {
    if (!isTransient(error)) throw error
    firstFailure = error
  }
  const { default: pRetry } = await import('p-retry')
  const retries = pRetry(
    (attempt) => {
      if (attempt === 1) throw firstFailure
      return connector.connect(service, config, left())
    },
    {
      retries: RETRIES,
      minTimeout: FIRST_BACKOFF_MS,
      maxTimeout: LONGEST_BACKOFF_MS,
      randomize: true,
      shouldRetry: ({ error }) => isTransient(error) && left().timeoutMs > MIN_ATTEMPT_MS,
      ...(signal && { signal }),
    },
  )
  return retries.catch((error: unknown) => {
    if (!signal?.aborted) throw error
    throw storeError('aborted', `the connection to service "${service}" was aborted`, { cause: error })
  })
}
