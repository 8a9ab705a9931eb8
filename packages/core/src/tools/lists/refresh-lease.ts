import { createHash } from 'node:crypto'
import type { Dataspace, Lease, McpStoreError } from '@mcpstore/storage'
import type { RequestOptions } from '../../connections/connector.ts'
import { countdown } from '../../connections/deadline.ts'
import type { ServiceNews } from '../../events/service-news.ts'
import { serviceKey } from '../../services/keys.ts'
import type { Service } from '../../services/registry.ts'
import { askedAt } from './confirmation.ts'
import type { FetchedAnswer } from './fetch-list.ts'
import type { CachedList } from './list-head.ts'
import { noteOutcome, outcomeOf, type RefreshOutcome, readOutcome, sharedFailure } from './refresh-outcome.ts'

/** How long a lease lasts that is not renewed, in ms: so long others wait for a process that died or stands still. */
const LEASE_MS = 5000
const RENEW_MS = 1500
/** How long one process may keep the others waiting, in ms, however much time it has itself. */
const LONGEST_HOLD_MS = 20_000
/** How long whoever has written a list down may take to let go of the lease, in ms. */
const LET_GO_MS = 50

export interface RefreshLeasesParts {
  dataspace: Dataspace
  news: ServiceNews
  /** Lets a task run on by itself. */
  behind(task: Promise<unknown>): void
}

/** A list that is to be asked for. */
export interface ListQuestion {
  service: Service
  /** Of what matters for connecting: only who connects in the same way is given the same list. */
  fingerprint: string
  /** The time there is, and what ends it: the signal also ends the waiting for others. */
  bounds: RequestOptions & { signal: AbortSignal }
  /** The list that somebody else has brought by now, if it will do. */
  come(): CachedList | undefined
  /** Asks the server. Its list is shared unless it is for nobody else. */
  ask(bounds: RequestOptions): Promise<FetchedAnswer>
}

/**
 * Sees to it that of all processes of a dataspace one at a time asks a server for its tools, and that the others get what
 * it found out: its list, or why there is none. An optimisation: where the leases cannot be asked for everybody asks, and
 * the merge keeps the list that was asked for last.
 */
export class RefreshLeases {
  readonly #parts: RefreshLeasesParts
  #isOver = false

  constructor(parts: RefreshLeasesParts) {
    this.#parts = parts
  }

  /** The list, asked for here or elsewhere. @throws what asking throws, here or elsewhere */
  async once(question: ListQuestion): Promise<CachedList> {
    const { dataspace } = this.#parts
    const { bounds, come, service } = question
    const { signal } = bounds
    const left = countdown(bounds)
    const name = leaseName(question)
    let longestMs = LEASE_MS
    for (;;) {
      const before = readOutcome(dataspace, service, name)
      if (before?.outcome.how === 'private' || this.#isOver) break
      // In one round trip: what is read after the lease was granted is what was written down before.
      const asked = dataspace.lease(name, LEASE_MS)
      const { backend, state } = dataspace.status()
      // Redis answers in turn; a file that others write to could be read before the lease is granted.
      if (backend !== 'redis') await asked
      const looked = state === 'up' ? dataspace.refresh() : undefined
      const [lease] = await Promise.all([asked, looked])
      if (lease.granted) return this.#hold(lease, name, question, left)
      const listBefore = askedAt(dataspace, service)
      const isNewOutcome = () => readOutcome(dataspace, service, name)?.stamp !== before?.stamp
      const ownMs = left().timeoutMs / 2
      const isTold = await this.#told(service, {
        ms: Math.min(lease.busyMs, longestMs, ownMs),
        signal,
        isOver: () =>
          come() !== undefined ||
          isNewOutcome() ||
          askedAt(dataspace, service) !== listBefore ||
          this.#isOver,
      })
      await dataspace.load([serviceKey(service, 'cache')])
      const list = come()
      if (list) return list
      const { outcome } = (isNewOutcome() && readOutcome(dataspace, service, name)) || {}
      if (outcome?.how === 'failed') throw sharedFailure(outcome)
      // Whoever waited longer would have no time left to ask: it is no help that somebody else still does.
      if (signal.aborted || (!isTold && ownMs <= Math.min(lease.busyMs, longestMs))) break
      // A list that will not do was asked for too early: who brought it is about to let go.
      longestMs = askedAt(dataspace, service) === listBefore ? LEASE_MS : LET_GO_MS
    }
    return (await question.ask(left())).list
  }

  /** Asks while others wait. What was written down just before the lease was free will do. */
  async #hold(
    lease: Lease,
    name: string,
    { ask, bounds, come, service }: ListQuestion,
    left: () => RequestOptions,
  ): Promise<CachedList> {
    const { behind, dataspace } = this.#parts
    const stopRenewing = this.#renew(name)
    let outcome: RefreshOutcome | undefined
    try {
      await dataspace.load([serviceKey(service, 'cache')])
      const known = come()
      if (known) return known
      const { list, isShared } = await ask(left())
      if (!isShared) outcome = { how: 'private' }
      return list
    } catch (thrown) {
      outcome = bounds.signal.aborted ? undefined : outcomeOf(thrown as McpStoreError, bounds)
      throw thrown
    } finally {
      const letGo = stopRenewing().then(() => lease.release())
      behind(letGo.then(() => outcome && noteOutcome(dataspace, service, name, outcome)))
    }
  }

  /** Returns how to stop; resolves when no renewal is on its way any more. */
  #renew(name: string): () => Promise<void> {
    let last: Promise<unknown> = Promise.resolve()
    const timer = setInterval(() => {
      last = this.#parts.dataspace.lease(name, LEASE_MS)
    }, RENEW_MS).unref()
    const enough = setTimeout(() => clearInterval(timer), LONGEST_HOLD_MS).unref()
    return async () => {
      clearInterval(timer)
      clearTimeout(enough)
      await last
    }
  }

  /** Waits for `ms`, or until there is news of the service with which it `isOver`: then it answers `true`. */
  #told(
    { id }: Service,
    { ms, signal, isOver }: { ms: number; signal: AbortSignal; isOver: () => boolean },
  ): Promise<boolean> {
    return new Promise((resolve) => {
      const done = (isTold: boolean) => {
        clearTimeout(timer)
        signal.removeEventListener('abort', onAbort)
        unlisten()
        resolve(isTold)
      }
      const onAbort = () => done(true)
      const timer = setTimeout(done, ms, false)
      signal.addEventListener('abort', onAbort)
      const unlisten = this.#parts.news.on((told) => {
        this.#isOver ||= told === null
        if ((told === null || told === id) && isOver()) done(true)
      })
      if (signal.aborted || isOver()) done(true)
    })
  }
}

/** Fits into a key, whatever the service is called. */
function leaseName({ service, fingerprint }: Pick<ListQuestion, 'service' | 'fingerprint'>): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([service.id, fingerprint]))
    .digest('hex')
  return `refresh-${hash.slice(0, 32)}`
}
