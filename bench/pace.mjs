/**
 * How much is measured in each scope: `withinMs` is for all questions together, `enoughMs` is how long the rounds of one go on, and
 * `atLeast` how many there are of these whatever that lasts.
 */
const paces = {
  quick: { withinMs: 115_000, enoughMs: 1500, atLeast: 2 },
  normal: { withinMs: 590_000, enoughMs: 8000, atLeast: 5 },
  full: { withinMs: 1_790_000, enoughMs: 20_000, atLeast: 7 },
}

/**
 * The pace of the next of so many `questions` when the whole run has taken `spentMs`: late ones go on for a shorter time, as half of
 * what is left to each is for its preparation. Undefined when there is no time left. Without `questions` nothing else is to come.
 */
export function paceOf(scope, { spentMs = 0, questions } = {}) {
  const { withinMs, enoughMs, atLeast } = paces[scope]
  if (questions === undefined) return { enoughMs, atLeast }
  const leftMs = withinMs - spentMs
  if (leftMs <= 0) return undefined
  return { enoughMs: Math.min(enoughMs, leftMs / questions / 2), atLeast }
}
