import { roundTrips } from './batches.ts'
import type { Place } from './place.ts'
import type { RedisSession } from './session.ts'

/** How many processes have shares that are counted in. */
const MOST_SHARERS = 1000

export type Question = readonly (string | number)[]
export type Answer = { reply: unknown } | { refused: string }

/** Asks in one round trip; each question may be refused by itself, for lack of a right, too. @throws `BackendError` */
export async function askAll(session: RedisSession, questions: readonly Question[]): Promise<Answer[]> {
  const results = await session.ask((client) => {
    const pipeline = client.pipeline()
    for (const [command, ...args] of questions) pipeline.call(String(command), ...args)
    return pipeline.exec()
  })
  return results!.map(([error, reply]) => (error ? { refused: error.message } : { reply }))
}

/** What a dataspace takes of its server; what may not be asked is `undefined`. */
export interface Measure {
  /** Records and statistics, tombstones included. */
  keys?: number
  bytes?: number
  /** Why one of them is not known. */
  refused?: string
}

/**
 * Counts the records and statistics of a dataspace and measures the memory of `sample` of them, all where there are not
 * more, and of the keys that mcpstore keeps for itself. Never lists keys: the index knows them. @throws `BackendError`
 */
export async function measure(session: RedisSession, place: Place, sample: number): Promise<Measure> {
  const [count, members, sharers] = (await askAll(session, [
    ['zcard', place.index],
    ['zrandmember', place.index, sample],
    ['zrange', place.sharers, 0, MOST_SHARERS - 1],
  ])) as [Answer, Answer, Answer]
  if ('refused' in count) return { refused: count.refused }
  const keys = Number(count.reply)
  if ('refused' in members) return { keys, refused: members.refused }
  const records = members.reply as string[]
  const nodes = 'refused' in sharers ? [] : (sharers.reply as string[])
  const own = [
    place.index,
    place.meta,
    place.conflicts,
    place.nodes,
    place.sharers,
    ...nodes.map(place.shares),
  ]
  // A value is one field of its hash: none may be left out.
  const kept = await usages(
    session,
    own.map((key) => ['memory', 'usage', key]),
  )
  const each = await usages(
    session,
    records.map((key) => ['memory', 'usage', place.key(key), 'samples', 0]),
  )
  if (typeof kept === 'string') return { keys, refused: kept }
  if (typeof each === 'string') return { keys, refused: each }
  const share = records.length === 0 ? 0 : keys / records.length
  return { keys, bytes: Math.round(kept + each * share) }
}

/** The sum of what keys take, or why it may not be asked. */
async function usages(session: RedisSession, questions: readonly Question[]): Promise<number | string> {
  let sum = 0
  for (const some of roundTrips(questions)) {
    for (const answer of await askAll(session, some)) {
      if ('refused' in answer) return answer.refused
      sum += Number(answer.reply)
    }
  }
  return sum
}
