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
// What was sent is known even where this process is killed.
backend.merge = (writes) => {
  const records = writes.map(({ record }): StoredRecord => record)
  appendFileSync(journal, records.map((record) => `${JSON.stringify(record)}\n`).join(''))
  return merge(writes)
}
await member.store.open()

/** One process of the random runs. */
export const requests = {
  put: (key: string, value: Json | undefined): Promise<PutResult> => member.store.put(key, value),
  count: (service: string, counter: string): void =>
    member.store.count('tools:t:stats', `${service}:${counter}`, 1),
  clear: (): Promise<string> => member.store.clear(),
  status: (): DataspaceStatus => member.status,
  /** What a reader gets: key, value, stamp. */
  shown: (): [string, string, string][] =>
    member.store.list('').map(({ key, value, stamp }) => [key, JSON.stringify(value), stamp]),
  counters: (): Record<string, number> => member.store.counters('tools:t:stats'),
  /** Has the time of probation, after many falls, pass. */
  pass: (ms: number): void => member.time.pass(ms),
}

answerRequests(requests)
