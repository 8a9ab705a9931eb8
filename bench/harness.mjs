import { spawnSync } from 'node:child_process'

// How things are timed. All times are milliseconds.

/** A program that takes longer than this is stuck. */
const PATIENCE_MS = 60_000

/**
 * Runs two measurements in turn, after `warmUps` rounds that do not count, and compares them pair by pair, so that what
 * slows the machine slows both. Which goes first alternates. Each function answers the time it took.
 */
export async function paired(ours, against, { pairs, warmUps = 1 }) {
  const rounds = []
  for (let round = 0; round < warmUps + pairs; round++) {
    const order = round % 2 === 0 ? [ours, against] : [against, ours]
    const times = new Map()
    for (const measure of order) times.set(measure, await measure())
    if (round >= warmUps) rounds.push({ ours: times.get(ours), against: times.get(against) })
  }
  return summary(rounds, median)
}

/** One measurement of pairs of times; `middle` says what stands for many. */
export function summary(rounds, middle) {
  const ratios = rounds.map((round) => round.ours / round.against)
  return {
    ours: middle(rounds.map((round) => round.ours)),
    against: middle(rounds.map((round) => round.against)),
    ratio: middle(ratios),
    lowest: Math.min(...ratios),
    highest: Math.max(...ratios),
    pairs: rounds.length,
  }
}

/** The middle one of the values, or the mean of the two in the middle. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** What 99 of 100 of the values do not exceed. */
export function p99(values) {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.ceil(sorted.length * 0.99) - 1]
}

/** The time a whole Node process takes, from its start to its end. @throws when it fails */
export function timeNode(args, env) {
  const start = performance.now()
  runNode(args, env)
  return performance.now() - start
}

/** Runs Node and answers what it printed. @throws when it fails */
export function runNode(args, env) {
  const { status, signal, error, stdout, stderr } = spawnSync(process.execPath, args, {
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: PATIENCE_MS,
    maxBuffer: 64 * 1024 * 1024,
  })
  if (error) throw error
  if (status === 0) return stdout
  throw new Error(`node ${args.join(' ')} ended with ${signal ?? status}\n${stdout}${stderr}`)
}

/** The time one call takes, as the mean of `times` calls one after the other: for calls too short to time singly. */
export async function timePerCall(call, times) {
  const start = performance.now()
  for (let count = 0; count < times; count++) await call()
  return (performance.now() - start) / times
}

/** The time one call takes, as the median of `times` calls that are timed singly. `pause` goes before each, untimed. */
export async function timeMedianCall(call, times, { pause } = {}) {
  return median(await timeEachCall(call, times, { pause }))
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
