// What many measurements come to.

/** The middle one of the values, or the mean of the two in the middle. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** What 99 of 100 of the values do not exceed: of fewer than 100 the highest. */
export function p99(values) {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.ceil(sorted.length * 0.99) - 1]
}

/** A round that is made of many times: it counts as one of them, by default their median. */
export function roundOf(each, countsAs = median) {
  return { value: countsAs(each), each }
}

/**
 * Rounds, by side. Each is a number, or `{ value, each, memory }`: what the round counts as in ratios, the single times
 * that it is made of, the bytes that it took.
 */
export function sidesOf(rounds) {
  const sides = {}
  for (const round of rounds) {
    for (const [name, answer] of Object.entries(round)) {
      sides[name] ??= { values: [], each: [] }
      add(sides[name], answer)
    }
  }
  return sides
}

/** Adds what a round answered to its side. */
function add(side, answer) {
  const { value, each = [value], memory } = typeof answer === 'number' ? { value: answer } : answer
  if (!Number.isFinite(value)) throw new Error(`a measurement answered ${value}`)
  side.values.push(value)
  side.each.push(...each)
  if (memory !== undefined) side.memory = Math.max(side.memory ?? 0, memory)
}

/** What is told of one side. */
export function summaryOf({ values, each, memory }) {
  return { p50: median(each), p99: p99(each), ...(memory !== undefined && { memory }), rounds: values.length }
}

/** How one side does beside another, round by round. */
export function ratioOf(ours, theirs) {
  const ratios = ours.values.map((value, round) => value / theirs.values[round])
  return { median: median(ratios), lowest: Math.min(...ratios), highest: Math.max(...ratios) }
}
