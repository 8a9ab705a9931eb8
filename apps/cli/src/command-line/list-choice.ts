import type { ListOptions } from '@mcpstore/core'
import { usageError } from '../failures/cli-error.ts'
import { parseDuration } from './duration.ts'
import type { OptionName, OptionValues } from './options.ts'

const choices = ['fresh', 'max-age', 'offline', 'dry-run'] as const satisfies readonly OptionName[]

/** Which tool lists are good enough. */
export type ListChoice = Pick<ListOptions, 'fresh' | 'maxAge' | 'offline'>

/** Which tool lists are good enough: `--fresh`, `--max-age TIME` or `--offline`. Throws `usage` for more than one of them. */
export function listChoice(values: OptionValues): ListChoice {
  const [first, second] = choices.filter((name) => values[name] !== undefined)
  if (second) throw usageError(`--${first} and --${second} exclude each other`, 'Leave out one of them.')
  if (values.fresh) return { fresh: true }
  if (values.offline || values['dry-run']) return { offline: true }
  const age = values['max-age']
  return age === undefined ? {} : { maxAge: parseDuration(age, '--max-age') }
}
