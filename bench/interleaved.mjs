import { setImmediate as turn } from 'node:timers/promises'
import { sidesOf } from './statistics.mjs'

/**
 * Measures all sides in turn, round by round, so that what slows the machine slows all of them; the order is turned
 * round each time. `warmUps` rounds before do not count: in these a measurement is called with `counts: false`, and only
 * the memory that it tells is kept. A side that is undefined is left out, one that is a reason (`cannot`) is passed on.
 *
 * It takes `rounds` rounds, fewer where these last longer than the pace allows.
 */
export async function interleaved(sides, { rounds, warmUps = 1, pace }) {
  const measures = Object.entries(sides).filter(([, measure]) => typeof measure === 'function')
  const reasons = Object.entries(sides).filter(([, measure]) => measure?.cannot !== undefined)
  const memory = {}
  const found = []
  let began = performance.now()
  for (let at = 0; at < warmUps + rounds; at++) {
    const counts = at >= warmUps
    if (at === warmUps) began = performance.now()
    const isEnough = found.length >= Math.min(pace.atLeast, rounds)
    if (isEnough && performance.now() - began > pace.enoughMs) break
    const answers = {}
    for (const [name, measure] of at % 2 === 0 ? measures : measures.toReversed()) {
      // Whoever measures whole processes gives nothing else a turn, not even a signal.
      await turn()
      answers[name] = await measure({ counts })
      const { memory: taken } = answers[name]
      if (taken !== undefined) memory[name] = Math.max(memory[name] ?? 0, taken)
    }
    if (counts) found.push(answers)
  }
  const measured = sidesOf(found)
  for (const [name, taken] of Object.entries(memory)) measured[name].memory = taken
  return { ...measured, ...Object.fromEntries(reasons) }
}

/** What stands in the place of a side that cannot do the work, in rounds and in what came of them. */
export function cannot(reason) {
  return { cannot: reason }
}
