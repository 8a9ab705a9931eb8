import { appendFileSync } from 'node:fs'
import type { Backend, DataspaceStatus, Json, PutResult, StoredRecord } from '@mcpstore/storage'
import { Member } from '../../support/member.ts'
import { answerRequests } from '../../support/worker-requests.ts'

/** How the test starts it. */
export interface PeerOptions {
  url: string
  skewMs: number
  mirror?: string
  /** Where it notes every record before it is sent. */
  journal: string
}

const { journal, url, ...options } = JSON.parse(process.argv[2]!) as PeerOptions
const member = new Member(url, { ...options, waitMs: 400 })
const backend = member.backend as { merge: Backend['merge'] }
const { merge } = backend
// What was sent is known even where this process is killed; what was sent on a condition may be refused.
backend.merge = (writes) => {
  const records = writes.flatMap((write): StoredRecord[] => (write.if === undefined ? [write.record] : []))
  appendFileSync(journal, records.map((record) => `${JSON.stringify(record)}\n`).join(''))
  return merge(writes)
}
/** What a watcher was told last of each key. */
const watched = new Map<string, string>()
member.store.watch('', ({ key, entry }) => {
  if (entry) watched.set(key, JSON.stringify(entry.value))
  else watched.delete(key)
})
await member.store.open()

/** One process of the random runs. */
export const requests = {
  /** `own`: what its writer reads right afterwards. */
  put: async (key: string, value: Json | undefined): Promise<PutResult & { own: Json | undefined }> => {
    const result = await member.store.put(key, value)
    return { ...result, own: member.store.get(key)?.value }
  },
  /** Adds one to a number, if nobody else does: what it is then, or why it is not known to be. */
  increase: async (key: string): Promise<number | string> => {
    const before = member.store.get(key)
    const n = ((before?.value as { n: number } | undefined)?.n ?? 0) + 1
    try {
      const { status } = await member.store.putIf(key, { n }, before?.stamp ?? 'absent')
      return status === 'written' ? n : status
    } catch (error) {
      return String((error as { code?: unknown }).code)
    }
  },
  count: (service: string, counter: string): void =>
    member.store.count('tools:t:stats', `${service}:${counter}`, 1),
  clear: (): Promise<string> => member.store.clear(),
  status: (): DataspaceStatus => member.status,
  /** What a reader gets: key, value, stamp. */
  shown: (): [string, string, string][] =>
    member.store.list('').map(({ key, value, stamp }) => [key, JSON.stringify(value), stamp]),
  /** The same as a watcher was told of it. */
  watched: (): [string, string][] => [...watched],
  counters: (): Record<string, number> => member.store.counters('tools:t:stats'),
  /** Has the time of probation, after many falls, pass. */
  pass: (ms: number): void => member.time.pass(ms),
}

answerRequests(requests)
