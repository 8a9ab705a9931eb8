import { storeError } from '../errors.ts'
import type { House } from '../house.ts'
import type { Service } from './registry.ts'

/** Connects a service and fetches its tools, again and again while that may help, for at most `timeoutMs`. */
export async function waitFor(house: House, service: Service, timeoutMs: number): Promise<void> {
  const { default: retry } = await import('p-retry')
  const { isTransient } = await import('../connections/index.ts')
  const end = performance.now() + timeoutMs
  const left = () => Math.ceil(end - performance.now())
  let last: unknown
  const attempt = async () => {
    if (left() <= 0) throw last
    await house.refresher.refresh(service, { timeoutMs: left() })
  }
  try {
    await retry(attempt, {
      retries: Number.POSITIVE_INFINITY,
      minTimeout: 200,
      maxTimeout: 2000,
      randomize: true,
      maxRetryTime: timeoutMs,
      shouldRetry: ({ error }) => {
        last = error
        return isTransient(error)
      },
    })
  } catch (thrown) {
    throw (
      thrown ?? last ?? storeError('timeout', `service "${service.name}" was not there after ${timeoutMs} ms`)
    )
  }
}
