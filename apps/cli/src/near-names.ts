/** Edits (insert, delete, replace, swap neighbours) between two words. */
function distance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1]
      let best = Math.min(last[column]! + 1, current[column - 1]! + 1, last[column - 1]! + (same ? 0 : 1))
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      if (swapped) best = Math.min(best, beforeLast[column - 2]! + 1)
      current.push(best)
    }
    beforeLast = last
    last = current
  }
  return last[b.length]!
}

/** `tools-list`, `list_tools` and `list-tools` have the same parts. */
function parts(word: string): string {
  return word.split(/[-_]/).sort().join('-')
}

/**
 * The candidates a mistyped word may stand for, nearest first, at most three. A suggestion, never an answer.
 * Kept apart from the library's `nearest`, because a usage error must not cost the load of the library.
 */
export function nearNames(word: string, candidates: Iterable<string>): string[] {
  const typed = word.toLowerCase()
  const ranked: { name: string; edits: number }[] = []
  const spellings = new Map([...candidates].reverse().map((name) => [parts(name), name]))
  for (const name of spellings.values()) {
    const edits = parts(typed) === parts(name) ? 0 : distance(typed, name)
    const begins = typed.length >= 3 && name.startsWith(typed)
    if (edits <= Math.max(1, Math.floor(name.length / 3)) || begins) ranked.push({ name, edits })
  }
  return ranked
    .sort((a, b) => a.edits - b.edits)
    .slice(0, 3)
    .map(({ name }) => name)
}

/** `Did you mean "a" or "b"?`, or nothing when no candidate is near. */
export function didYouMean(word: string, candidates: Iterable<string>): string | undefined {
  const near = nearNames(word, candidates).map((name) => `"${name}"`)
  return near.length === 0 ? undefined : `Did you mean ${near.join(' or ')}?`
}
