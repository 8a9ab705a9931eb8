import { readFileSync } from 'node:fs'
import type { PutResult, StoredRecord } from '@mcpstore/storage'

/** A write that a process was asked for. */
export interface Asked {
  key: string
  json: string | null
  /** Once it was answered. */
  result?: PutResult
  /** It was asked of a process that was killed since. */
  orphaned: boolean
}

/** What stands in Redis at the end. */
export interface Stored {
  records: Map<string, { stamp: string; basis: string; json: string | null }>
  cleared: string
  counters: Record<string, number>
}

/** The records of a journal; the last line of a process that was killed may be torn. */
export function readJournal(file: string): StoredRecord[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        return line === '' ? [] : [JSON.parse(line) as StoredRecord]
      } catch {
        return []
      }
    })
}

export interface Ending {
  asked: readonly Asked[]
  sent: readonly StoredRecord[]
  stored: Stored
  /** The stamps and values that were reported as losers of a conflict. */
  reported: ReadonlySet<string>
  /** Whether a killed process has lost what it reported as this. */
  mayHaveLost: (result: PutResult) => boolean
}

/** Every write is final, superseded by one that had seen it, reported, answered as outdated, or older than a clear. */
export function goneWithoutAWord({ asked, sent, stored, reported, mayHaveLost }: Ending): string[] {
  const seenBy = new Map<string, string[]>()
  for (const { key, seen } of sent) seenBy.set(key, [...(seenBy.get(key) ?? []), ...seen])
  return asked.flatMap(({ key, json, result, orphaned }) => {
    if (!result) return orphaned ? [] : [`${json} to ${key} was never answered`]
    if (result.status !== 'written' || (orphaned && mayHaveLost(result))) return []
    const { stamp } = result
    const final = (stored.records.get(key)?.json ?? null) === json
    const node = stamp.slice(17)
    const superseded = seenBy.get(key)?.some((seen) => seen.slice(17) === node && seen >= stamp)
    const told = reported.has(stamp) || (json !== null && reported.has(json))
    // Of two who write the same, here: nothing, one is as good as the other.
    const equal = sent.some((record) => record.key === key && record.json === json && record.stamp > stamp)
    if (final || superseded || told || equal || stamp <= stored.cleared) return []
    return [`${json} to ${key}, told to be safe in ${result.durable}, is gone without a word`]
  })
}

/** Nothing that was sent outranks what is stored. */
export function notTheMaximum({ sent, stored }: Ending, now: number): string[] {
  return sent.flatMap(({ key, stamp, basis, json }) => {
    const here = stored.records.get(key)
    const refused = Number.parseInt(stamp.slice(0, 12), 16) > now + 60_000
    if (refused || stamp <= stored.cleared) return []
    const lower = !here || here.basis < basis || (here.basis === basis && here.stamp < stamp)
    return lower ? [`${key} is ${here?.json}, although ${json} is later`] : []
  })
}

/** What became of a number that several add one to, each time on the condition that it is as they have seen it. */
export interface Chain {
  /** What it was known to be after each success. */
  reached: number[]
  /** How often nobody knows. */
  unknown: number
}

/** Nobody reached what another one had reached, and what is stored is the sum, give or take what nobody knows. */
export function brokenChain({ reached, unknown }: Chain, stored: number | undefined): string[] {
  if (stored === undefined) return []
  const twice = reached.filter((n, at) => reached.indexOf(n) !== at)
  const sum = reached.length
  const missing = stored < sum || stored > sum + unknown || Math.max(0, ...reached) > stored
  return [
    ...twice.map((n) => `two reached ${n}, each on the condition that nobody else does`),
    ...(missing ? [`${sum} have added one, of ${unknown} nobody knows: it is ${stored}`] : []),
  ]
}
