// What is read and written in the timeline of an outage, and what an answer comes to.

/** How many entries each process has read before the outage; a listing is of these. */
const KNOWN = 10
/** How many more there are that it has never read: one for each read. */
const UNKNOWN = 400

/** The names of the entries. */
export const knownName = (number) => `known-${number % KNOWN}`
export const unknownName = (number) => `unknown-${number % UNKNOWN}`
export const writtenName = (number) => `written-${number}`

/** What is listed. */
export const known = Array.from({ length: KNOWN }, (_, number) => knownName(number))

/** All that is there before the process begins that is looked at. */
export const seeds = [...known, ...Array.from({ length: UNKNOWN }, (_, number) => unknownName(number))]

/** About 200 bytes that tell which entry they belong to. */
export function contentOf(name) {
  return { name, text: 'The weather of today and of the days to come. '.repeat(3) }
}

/**
 * What came of a read: `ok`, or `missing` when nothing was found though it is there. `kept` is the word of who read it from
 * a copy of its own and says that this may be old; undefined for who says nothing.
 */
export function asRead(pairs, kept) {
  const isRight = pairs.every(([name, value]) => value?.name === name)
  if (!isRight) return { outcome: 'missing' }
  return kept === undefined ? { outcome: 'ok' } : { outcome: 'kept', word: kept }
}

/**
 * The operations of a system that can `get` one entry, `set` one, which answers a word, and `getAll` of a list of names;
 * `said` is what its words mean.
 */
export function operationsOf({ get, set, getAll, said }) {
  const read = async (name) => asRead([[name, await get(name)]])
  return {
    known: (number) => read(knownName(number)),
    unknown: (number) => read(unknownName(number)),
    write: async (number) => {
      const name = writtenName(number)
      return asWritten(await set(name, contentOf(name)), said)
    },
    list: async () => {
      const values = await getAll(known)
      return asRead(known.map((name, at) => [name, values[at]]))
    },
  }
}

/** What came of a write by the `word` that it was acknowledged with; one of `kept` means that it is not in Redis yet. */
export function asWritten(word, { kept = [], refused = [] } = {}) {
  if (refused.includes(word)) return { outcome: 'error', word: `it answered ${word}` }
  return { outcome: kept.includes(word) ? 'kept' : 'ok', word: String(word) }
}
