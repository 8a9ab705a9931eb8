import { roundOf } from './statistics.mjs'

// How calls are timed. All times are milliseconds.

/** The time one call takes, as the mean of `times` calls one after the other: for calls too short to time singly. */
export async function timePerCall(call, times) {
  const start = performance.now()
  for (let count = 0; count < times; count++) await call()
  return (performance.now() - start) / times
}

/** A round of `times` calls that are timed singly, which counts as their median. `pause` goes before each, untimed. */
export async function timeMedianCall(call, times, { pause } = {}) {
  return roundOf(await timeEachCall(call, times, { pause }))
}

/** The times of calls one after the other. `pause` goes before each, untimed. */
export async function timeEachCall(call, times, { pause } = {}) {
  const each = []
  for (let count = 0; count < times; count++) {
    await pause?.()
    each.push(await timePerCall(call, 1))
  }
  return each
}

/** The time a call takes that waits for nothing, as the mean of many: awaiting alone would take as long. */
export function timePerSyncCall(call, times) {
  const start = performance.now()
  for (let count = 0; count < times; count++) call()
  return (performance.now() - start) / times
}
