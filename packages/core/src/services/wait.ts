import { countdown } from '../connections/deadline.ts'
import type { House } from '../house.ts'
import type { Service } from './registry.ts'

/** Less time is not enough to find anything out: an attempt could only hide the last failure behind a `timeout`. */
const SHORTEST_ATTEMPT_MS = 100

/** Connects a service and fetches its tools, again and again while that may help, for at most `timeoutMs`. */
export async function waitFor(house: House, service: Service, timeoutMs: number): Promise<void> {
  const { default: retry } = await import('p-retry')
  const { isTransient } = await import('../connections/index.ts')
  const left = countdown({ timeoutMs })
  let last: unknown
  const attempt = async () => {
    if (last !== undefined && left().timeoutMs < SHORTEST_ATTEMPT_MS) throw last
    await house.refresher.refresh(service, { ...left(), insist: true })
  }
  await retry(attempt, {
    retries: Number.POSITIVE_INFINITY,
    minTimeout: 200,
    maxTimeout: 2000,
    randomize: true,
    maxRetryTime: timeoutMs,
    shouldRetry: ({ error }) => {
      // What was found out says more than that time ran out while it was tried again.
      if (last !== undefined && (error as { code?: string }).code === 'timeout') throw last
      last = error
      return isTransient(error) && left().timeoutMs >= SHORTEST_ATTEMPT_MS
    },
  })
}
