import { countdown } from '../connections/deadline.ts'
import { type ErrorNote, noteOfError } from '../errors.ts'
import { findingOf } from '../failures.ts'
import type { House } from '../house.ts'
import { type AskOptions, askAll, askable, type Bounds } from './ask-all.ts'
import type { Service } from './registry.ts'
import type { StatusWord } from './service-info.ts'
import { summarise } from './summary.ts'

/** What came of reaching for one service. */
export interface ServiceCheck {
  name: string
  status: StatusWord
  /** How long it took to answer, in ms, connecting included; `null` when it did not. */
  tookMs: number | null
  /** The status is what a process found that is gone without a word; only where it was not found out now. */
  stale?: true
  /** Why it is not `ok`. */
  error?: ErrorNote
}

/** Reaches for services; see `StoreContext.checkServices`. */
export async function checkServices(
  house: House,
  name: string | undefined,
  options: AskOptions,
): Promise<ServiceCheck[]> {
  const asked = await askAll(
    house,
    askable(house, name),
    { ...options, what: 'the check' },
    (service, bounds) => reachOut(house, service, bounds),
  )
  return asked.map(({ service, ...result }): ServiceCheck => {
    const { name } = service
    if ('answer' in result) return { name, status: 'ok', tookMs: result.answer }
    const found = findingOf(result.error)?.health
    const { status, facts } = summarise(house, service)
    const stale = !found && facts.healthStale ? { stale: true as const } : {}
    return { name, status: found ?? status, tookMs: null, ...stale, error: noteOfError(result.error) }
  })
}

/** How long it took the service to answer, in ms: that it is there, and with its tools, where it says that it has some. */
async function reachOut({ reach, refresher }: House, service: Service, bounds: Bounds): Promise<number> {
  const began = performance.now()
  const left = countdown(bounds)
  await reach.judge(service, { ...bounds, insist: true }, async (connection) => {
    try {
      await connection.check(left())
    } catch (thrown) {
      // Whoever answers that it does not know the question is there.
      if ((thrown as { code?: string }).code !== 'server_error') {
        reach.noteFailure(service, thrown, bounds)
        throw thrown
      }
    }
    if (!connection.server.capabilities['tools']) return
    await refresher.refresh(service, { ...left(), insist: true, since: refresher.now() })
  })
  return Math.round(performance.now() - began)
}
