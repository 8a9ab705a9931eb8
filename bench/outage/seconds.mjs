import { median } from '../statistics.mjs'
import { AFTER_S, BEFORE_S } from './timeline.mjs'

/** Outcomes from the best to the worst; the worst call of a second gives it its name. */
export const outcomes = ['ok', 'kept', 'late', 'error', 'missing', 'lost', 'hung', 'gone']

/** A right answer that took longer is late, in ms: the socket timeout. */
const LATE_MS = 2000

/** What the calls of one operation came to that began in each second. */
export function secondsOf(calls, { ended }) {
  return Array.from({ length: BEFORE_S + AFTER_S }, (_, at) => {
    const second = at - BEFORE_S
    const begun = calls.filter((call) => Math.floor(call.second) === second)
    if (begun.length === 0) return { second, outcome: ended ? 'gone' : 'none' }
    const times = begun.map(({ ms }) => ms)
    return {
      second,
      outcome: begun.map(outcomeOf).reduce(worse),
      counts: countsOf(begun.map(outcomeOf)),
      words: countsOf(begun.flatMap(({ word }) => (word === undefined ? [] : [word]))),
      median: median(times),
      worst: Math.max(...times),
    }
  })
}

/** The longest that a call waited, in ms. */
export function longestWait(calls) {
  return Math.max(...calls.map(({ ms }) => ms))
}

function outcomeOf({ outcome, ms }) {
  const isRight = outcome === 'ok' || outcome === 'kept'
  return isRight && ms > LATE_MS + 50 ? 'late' : outcome
}

function worse(one, other) {
  return outcomes.indexOf(one) > outcomes.indexOf(other) ? one : other
}

function countsOf(values) {
  const counts = {}
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1
  return counts
}
