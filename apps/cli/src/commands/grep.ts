import type { ToolSearch } from '@mcpstore/core'
import type { CommandContext, CommandInput } from '../command.ts'
import type { OptionValues } from '../command-line/options.ts'
import { CliError, usageError } from '../failures/cli-error.ts'
import { writeJson } from '../output/json.ts'
import { renderToolSearch } from '../output/tools/tool-search.ts'
import { servicesOf, withStore } from '../store/store-session.ts'

/** How many names a warning has. */
const MOST_NAMES = 5

/** `grep WORDS...`: the tools that have all of the words, the best first, in the lists that are known; nobody is asked. */
export async function grep(context: CommandContext, { positionals, values }: CommandInput): Promise<number> {
  return search(context, positionals.join(' '), values)
}

/** The same of one service, or of all. */
export async function search(
  context: CommandContext,
  words: string,
  values: OptionValues,
  service?: string,
): Promise<number> {
  const { out, settings } = context
  if (!/[\p{L}\p{N}]/u.test(words))
    throw usageError('there is no word to look for', 'Write some: mcpstore grep WORDS')
  const limit = limitOf(values.limit)
  return withStore(context, async (store) => {
    const options = {
      ...(limit === undefined ? {} : { limit }),
      ...(service === undefined ? {} : { service }),
    }
    const found = await servicesOf(store, values).searchTools(words, options)
    if (settings.json) writeJson(out, found)
    else out.write(renderToolSearch(found, out, values))
    if (found.total === 0) throw nothingFound(words, found)
    if (!settings.json) await sayWhatElse(context, found)
    return 0
  })
}

function limitOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (!/^[1-9]\d{0,8}$/.test(text))
    throw usageError(`--limit is not a number of tools: "${text}"`, 'Write --limit 50.')
  return Number(text)
}

/** Where a list is not known, nobody can say that there is no such tool. */
function nothingFound(words: string, { services }: ToolSearch): CliError {
  const unknown = unknownOf(services)
  if (unknown.length === 0) {
    return new CliError(
      'unknown_tool',
      `no tool has all of these words: ${words}`,
      'To see what there is: mcpstore list-tools',
    )
  }
  const hint = 'Have them asked once: mcpstore list-tools'
  return new CliError(
    'not_listed',
    `no tool that is known here has all of these words: ${words}; ${unlisted(unknown)}`,
    hint,
  )
}

async function sayWhatElse(
  { err }: CommandContext,
  { tools, total, near, services }: ToolSearch,
): Promise<void> {
  const unknown = unknownOf(services)
  if (near.length + unknown.length === 0 && total === tools.length) return
  const { writeWarning } = await import('../failures/failure.ts')
  for (const { word, instead } of near)
    writeWarning(err, `nothing has "${word}"; this was looked for: ${instead.join(', ')}`)
  if (total > tools.length)
    writeWarning(err, `${tools.length} of ${total} tools that fit are shown`, `See all: --limit ${total}`)
  if (unknown.length > 0) writeWarning(err, unlisted(unknown), 'Have them asked once: mcpstore list-tools')
}

function unknownOf(services: ToolSearch['services']): string[] {
  return services.filter(({ error }) => error).map(({ name }) => name)
}

function unlisted(names: readonly string[]): string {
  const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : ''
  return `the tools of ${names.slice(0, MOST_NAMES).join(', ')}${more} are not known here`
}
