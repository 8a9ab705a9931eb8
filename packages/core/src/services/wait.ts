import { countdown, LONGEST_TIMER_MS, timeText, within } from '../connections/deadline.ts'
import { isTransient } from '../connections/index.ts'
import { storeError } from '../errors.ts'
import { NewsOf } from '../events/news-of.ts'
import { type House, whileOpen } from '../house.ts'
import type { Bounds } from './ask-all.ts'
import { readHealth } from './health-note.ts'
import type { Service } from './registry.ts'
import type { StatusWord } from './service-info.ts'
import { summarise } from './summary.ts'

/** Less time is not enough to find anything out: an attempt could only hide the last failure behind a `timeout`. */
const SHORTEST_ATTEMPT_MS = 100
const FIRST_PAUSE_MS = 200
const LONGEST_PAUSE_MS = 2000

export interface WaitedFor {
  /** As it is called here, and what tells it from all others. */
  name: string
  id: string
  /** Any of these will do. */
  statuses: ReadonlySet<StatusWord>
  timeoutMs: number
  signal: AbortSignal | undefined
}

/**
 * Waits until the service's status is one of those. For `ok` it connects the service and fetches its tools, again and
 * again while that may help; for any other nobody is asked: it is woken by what happens here, and by what other
 * processes write. @throws `unknown_service`, also when it is removed meanwhile; `timeout`; `aborted`; `unavailable` once the store
 * is closed; what connecting throws
 */
export async function waitFor(house: House, wanted: WaitedFor): Promise<void> {
  const { name, id, statuses, timeoutMs, signal } = wanted
  const what = `waiting for service "${name}"`
  // Who gives it up before a server is started starts none.
  if (signal?.aborted) throw storeError('aborted', `${what} was aborted`, { cause: signal.reason })
  const others = new Set(statuses)
  const isActive = others.delete('ok')
  const news = [new NewsOf(house.news, id), new NewsOf(house.news, id)] as const
  let timer: NodeJS.Timeout | undefined
  const ways = [
    reach(house, name, others, news[0]),
    isActive
      ? connect(house, name, news[1], countdown({ timeoutMs }))
      : new Promise<void>((_, reject) => {
          timer = setTimeout(() => reject(tooLate(house, wanted)), timeoutMs)
        }),
  ]
  try {
    const waited = Promise.race(ways)
    const bounds = { timeoutMs: LONGEST_TIMER_MS, signal }
    await (signal ? within(bounds, what, waited) : waited)
  } catch (thrown) {
    const service = house.registry.find(name)
    if (!service || !others.has(summarise(house, service).status)) throw thrown
  } finally {
    clearTimeout(timer)
    for (const one of news) one.stop()
  }
}

/** Looks at the status each time there is news of it. */
async function reach(
  house: House,
  name: string,
  wanted: ReadonlySet<StatusWord>,
  news: NewsOf,
): Promise<void> {
  for (;;) {
    const service = whileOpen(house).registry.get(name)
    await house.gate.decide([service])
    if (wanted.has(summarise(house, service).status)) return
    await news.next()
  }
}

/** Connects and lists, with pauses; what another process finds out in one ends it. */
async function connect(house: House, name: string, news: NewsOf, left: () => Bounds): Promise<void> {
  let last: unknown
  for (let pauseMs = FIRST_PAUSE_MS; !news.isStopped; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    const service = house.registry.get(name)
    try {
      await house.refresher.refresh(service, { ...left(), insist: true })
      // Its list may have been brought by another process, which says nothing of the way from here.
      if (house.reach.phase(service) !== 'connected' && house.options.idleTimeoutMs !== 0) {
        await house.reach.use(service, { ...left(), insist: true }, async () => {})
      }
      return
    } catch (thrown) {
      // What was found out says more than that time ran out while it was tried again.
      if (last !== undefined && (thrown as { code?: string }).code === 'timeout') throw last
      last = thrown
    }
    if (!isTransient(last)) throw last
    const pause = pauseMs * (1 + Math.random())
    await news.within(Math.min(pause, left().timeoutMs), () => isOtherwise(house, service))
    if (left().timeoutMs < SHORTEST_ATTEMPT_MS) throw last
  }
}

/** Whether somebody else has reached it since it failed here, or changed it. */
function isOtherwise({ dataspace, registry }: House, service: Service): boolean {
  return (
    registry.find(service.name)?.stamp !== service.stamp || readHealth(dataspace, service)?.health === 'ok'
  )
}

function tooLate(house: House, { name, statuses, timeoutMs }: WaitedFor) {
  const service = house.registry.find(name)
  const status = service ? `it is ${summarise(house, service).status}` : 'it is not there'
  const wanted = [...statuses].join(' or ')
  return storeError(
    'timeout',
    `service "${name}" was not ${wanted} within ${timeText(timeoutMs)}: ${status}`,
    {
      hint: 'Allow it more time, or see what becomes of it: mcpstore list',
    },
  )
}
