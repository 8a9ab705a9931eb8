const LONGEST_WORD = 128
const separator = /[-_]/

/**
 * The candidates that a person may have meant by `word`, best first, at most `max`: those a few slips of the finger
 * away, and those that contain it. For suggestions only, never to choose one.
 */
export function nearest(word: string, candidates: Iterable<string>, max = 3): string[] {
  const wanted = word.toLowerCase()
  if (wanted === '' || wanted.length > LONGEST_WORD) return []
  const scored: { candidate: string; score: number }[] = []
  for (const candidate of candidates) {
    const score = scoreOf(wanted, candidate.toLowerCase())
    if (score !== undefined) scored.push({ candidate, score })
  }
  return scored
    .sort((a, b) => a.score - b.score)
    .slice(0, max)
    .map(({ candidate }) => candidate)
}

/** What is suggested, as a question. */
export function didYouMean(near: readonly string[]): string {
  return `Did you mean ${near.join(' or ')}?`
}

/**
 * Whether `word` is `name` with a few slips of the finger. It is not where either is a part of the other: tools are called
 * `now_weather` after their service.
 */
export function isSlip(word: string, name: string): boolean {
  if (word === '' || isPart(word, name) || isPart(name, word)) return false
  const [wanted, candidate] = [word.toLowerCase(), name.toLowerCase()]
  return parts(wanted) === parts(candidate) || slipsIn(wanted, candidate) !== undefined
}

function isPart(part: string, whole: string): boolean {
  return whole.split(separator).includes(part)
}

function scoreOf(word: string, name: string): number | undefined {
  // A service that both name makes two tools no more alike.
  const service = word.slice(0, word.lastIndexOf('/') + 1)
  const shared = name.startsWith(service) ? service.length : 0
  const [wanted, candidate] = [word.slice(shared), name.slice(shared)]
  if (wanted === '') return undefined
  if (parts(wanted) === parts(candidate)) return 0
  const slips = slipsIn(wanted, candidate)
  if (slips !== undefined) return slips
  const [shorter, whole] = wanted.length < candidate.length ? [wanted, candidate] : [candidate, wanted]
  return isIn(shorter, whole) ? allowedSlips(wanted, candidate) + 1 : undefined
}

/** Two Latin letters are in many words by chance: they have to be a part, or what it begins with. */
function isIn(shorter: string, whole: string): boolean {
  if (shorter.length > 2 || /^[^a-z\d]{2}$/.test(shorter)) return whole.includes(shorter)
  return shorter.length === 2 && (whole.startsWith(shorter) || isPart(shorter, whole))
}

function allowedSlips(a: string, b: string): number {
  return Math.max(1, Math.floor(Math.max(a.length, b.length) / 3))
}

/** How many slips make one word the other, if not too many. */
function slipsIn(wanted: string, candidate: string): number | undefined {
  const longer = Math.max(wanted.length, candidate.length)
  const allowed = allowedSlips(wanted, candidate)
  if (longer > LONGEST_WORD || Math.abs(wanted.length - candidate.length) > allowed) return undefined
  const slips = distance(wanted, candidate)
  return slips <= allowed && slips < longer ? slips : undefined
}

/** Insertions, deletions, replacements, and swaps of neighbours. */
function distance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1]
      let best = Math.min(last[column]! + 1, current[column - 1]! + 1, last[column - 1]! + (same ? 0 : 1))
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        best = Math.min(best, beforeLast[column - 2]! + 1)
      }
      current.push(best)
    }
    beforeLast = last
    last = current
  }
  return last[b.length]!
}

/** `tools-list`, `list_tools` and `list-tools` have the same parts. */
function parts(word: string): string {
  return word.split(separator).sort().join('-')
}
