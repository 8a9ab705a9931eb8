import { isObject } from '../config/problem.ts'

/** How a private file lists its entries: `{ "version": …, "<name>": […] }`. */
export interface Listing<Entry> {
  version: number
  name: string
  isEntry(value: unknown): value is Entry
  keyOf(entry: Entry): string
}

/** The entries in the text of a private file. @throws Error that says what is wrong; one wrong entry spoils them all. */
export function readListed<Entry>(text: string, listing: Listing<Entry>): Map<string, Entry> {
  const { version, name, isEntry, keyOf } = listing
  const content = parse(text)
  if (!isObject(content)) throw new Error(`it holds no ${name}`)
  if (content['version'] !== version) throw new Error('it is of another version of mcpstore')
  const listed = content[name]
  if (!Array.isArray(listed) || !listed.every(isEntry)) throw new Error('it holds something else')
  return new Map(listed.map((entry) => [keyOf(entry), entry]))
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Error('it is not JSON')
  }
}
