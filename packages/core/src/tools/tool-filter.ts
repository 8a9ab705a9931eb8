import type { CachedList } from './lists/list-head.ts'

const MOST_GLOBS = 100
const LONGEST_GLOB = 256

/** Which tools of a service may be used. In a glob `*` stands for any text, `?` for any one character. */
export interface ToolFilter {
  /** Only what one of these fits: `*` is every tool, an empty list none. */
  readonly allow: readonly string[]
  /** Nothing that one of these fits, be it allowed or not. */
  readonly deny: readonly string[]
}

/** What an agent may use of a service of the store. */
export interface Grant extends ToolFilter {
  readonly agent: string
}

/** Whether a tool of this name may be used. */
export function isAllowed({ allow, deny }: ToolFilter, tool: string): boolean {
  const fits = (glob: string) => fitsGlob(glob, tool)
  return !deny.some(fits) && allow.some(fits)
}

/** For each grant the last list, and what may be used of it. */
const allowed = new WeakMap<Grant, { of: CachedList; list: CachedList }>()

/** What may be used of a list by who sees the service. */
export function narrowed(list: CachedList, { grant }: { readonly grant?: Grant | undefined }): CachedList {
  if (!grant) return list
  const known = allowed.get(grant)
  if (known?.of === list) return known.list
  const { leftOut } = list
  const own = {
    ...list,
    tools: list.tools.filter(({ tool }) => isAllowed(grant, tool)),
    leftOut: leftOut && { ...leftOut, repeated: leftOut.repeated.filter((tool) => isAllowed(grant, tool)) },
  }
  allowed.set(grant, { of: list, list: own })
  return own
}

/** What one list of globs must be, in words, if it is something else. */
export function globsProblem(value: unknown): string | undefined {
  const sound =
    Array.isArray(value) &&
    value.length <= MOST_GLOBS &&
    value.every((glob) => typeof glob === 'string' && glob !== '' && glob.length <= LONGEST_GLOB)
  return sound ? undefined : `at most ${MOST_GLOBS} globs, each a text of 1 to ${LONGEST_GLOB} characters`
}

/**
 * Whether a text fits a glob. It takes at most as many steps as both have characters, multiplied: globs and names come
 * from strangers, and a regular expression made of them could take for ever.
 */
export function fitsGlob(glob: string, given: string): boolean {
  const [pattern, text] = [[...glob], [...given]]
  let at = 0
  let star: { pattern: number; text: number } | undefined
  for (let read = 0; read < text.length; ) {
    if (pattern[at] === '*') {
      star = { pattern: ++at, text: read }
    } else if (pattern[at] === '?' || pattern[at] === text[read]) {
      at++
      read++
    } else if (star) {
      // The last star takes one character more.
      at = star.pattern
      read = ++star.text
    } else return false
  }
  return pattern.slice(at).every((rest) => rest === '*')
}
