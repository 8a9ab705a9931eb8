import type { ErrorDetails } from '@mcpstore/storage'
import { printable } from '../config/problem.ts'
import { didYouMean } from '../near.ts'

/** How many names an error lists, and how much of a reason. */
const MOST_SHOWN = 10
const LONGEST_REASON = 120

/** Where something could not be looked for, and why. */
interface Unread {
  name: string
  error: Error | undefined
}

/** What to do about what was not found: names that come near it, who could not be asked, or else where to `see` what there is. */
export function meantInstead(
  near: readonly string[],
  unread: readonly Unread[],
  see: string,
): Pick<ErrorDetails, 'hint' | 'meant'> {
  const otherwise = unread.length > 0 ? notSearched(unread) : near.length > 0 ? undefined : see
  const question = near.length > 0 ? didYouMean(near) : undefined
  return { hint: [question, otherwise].filter(Boolean).join(' '), meant: { names: near, otherwise } }
}

/** The first ten, and how many more there are. */
export function some(names: readonly string[], separator = ', '): string {
  const more = names.length > MOST_SHOWN ? [`and ${names.length - MOST_SHOWN} more`] : []
  return [...names.slice(0, MOST_SHOWN), ...more].join(separator)
}

/** Which services could not be searched, and why. */
function notSearched(services: readonly Unread[]): string {
  const reasons = services.map(({ name, error }) => `${name}: ${firstLine(error?.message)}`)
  return `Not searched:\n${some(reasons, '\n')}`
}

/** A reason without the last output of a server, which may stand below it. */
function firstLine(reason = ''): string {
  const [first = ''] = reason.split(/(?:\. Its last output:)?\n/, 1)
  return printable(first, LONGEST_REASON)
}
