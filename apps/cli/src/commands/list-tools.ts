import type { ToolList, ToolSource } from '@mcpstore/core'
import type { CommandContext, CommandInput } from '../command.ts'
import { type ListChoice, listChoice } from '../command-line/list-choice.ts'
import { usageError } from '../failures/cli-error.ts'
import { writeAdvice, writeWarning } from '../failures/failure.ts'
import { reportParts } from '../failures/partial-failure.ts'
import { writeJson } from '../output/json.ts'
import { renderToolList } from '../output/tools/tool-list.ts'
import { warnOfChanges } from '../store/changed-tools.ts'
import { askOptions, servicesOf, whileWaiting, withStore } from '../store/store-session.ts'

const nothing = [
  'No tools: there is no enabled service.',
  'See mcpstore list, or mcpstore add --help',
] as const

/** `list-tools [SERVICE]`: the tools, with where each service's part came from; with `--search` those that have the words. */
export async function listTools(context: CommandContext, input: CommandInput): Promise<number> {
  const { search: words, schema } = input.values
  if (words !== undefined) return searched(context, words, input)
  if (input.values.limit !== undefined)
    throw usageError('--limit is for a search', 'Say what for: --search WORDS')
  const choice = listChoice(input.values)
  const { json } = context.settings
  return withStore(context, async (store) => {
    const name = input.positionals[0]
    const tools = await whileWaiting(context, `asking ${name ?? 'all services'} for tools`, () =>
      servicesOf(store, input.values).listTools(name, {
        ...choice,
        ...askOptions(context),
      }),
    )
    if (json) writeJson(context.out, { tools: [...tools], services: tools.services })
    else if (tools.services.length === 0) writeAdvice(context.out, ...nothing)
    else context.out.write(renderToolList(tools, context.out, { schema }))
    for (const { name, changes, leftOut } of json ? [] : tools.services) {
      if (changes) warnOfChanges(context, { service: name, changes }, input.values)
      if (leftOut) warnOfLeftOut(context, name, leftOut)
    }
    return reportSources(context, tools, choice)
  })
}

async function searched(
  context: CommandContext,
  words: string,
  { positionals, values }: CommandInput,
): Promise<number> {
  const given = (['fresh', 'max-age'] as const).find((name) => values[name] !== undefined)
  if (given) throw usageError(`--${given} asks, and --search asks nobody`, 'Leave out one of them.')
  const { search } = await import('./grep.ts')
  return search(context, words, values, positionals[0])
}

/** Else whoever misses a tool looks for it in vain. */
function warnOfLeftOut(
  { err }: CommandContext,
  service: string,
  { nameless, repeated }: NonNullable<ToolSource['leftOut']>,
): void {
  const lists = `"${service}" lists`
  const what =
    nameless === 1 ? '1 tool without a name, which is' : `${nameless} tools without a name, which are`
  if (nameless > 0) writeWarning(err, `${lists} ${what} left out`)
  for (const name of repeated) writeWarning(err, `${lists} "${name}" more than once: the first is used`)
}

/** A list that is shown although it could not be renewed is missing only if a newer one was asked for. */
function reportSources(context: CommandContext, { services }: ToolList, choice: ListChoice): number {
  const { fresh = false, maxAge = Number.POSITIVE_INFINITY } = choice
  const isMissing = ({ error, source, age }: ToolSource) =>
    error !== undefined && (fresh || source === 'none' || source === 'notLoaded' || (age ?? 0) >= maxAge)
  return reportParts(context, services, { what: 'no tool list could be fetched', isMissing })
}
