import type { ArgumentProblem, ListedTool, StoreContext } from '@mcpstore/core'
import { shellWord } from '@mcpstore/core/shell-words'
import type { CommandContext, CommandInput } from '../command.ts'
import { agentOption } from '../command-line/agent-option.ts'
import { listChoice } from '../command-line/list-choice.ts'
import type { OptionValues } from '../command-line/options.ts'
import { CliError, usageError } from '../failures/cli-error.ts'
import { sourceWords } from '../output/tools/list-source.ts'
import { askOptions } from '../store/store-session.ts'
import { readArgumentFiles, readTextFile } from './argument-files.ts'
import { allowedTypes, argumentSchema } from './argument-types.ts'
import { asJson } from './argument-value.ts'
import {
  type ArgumentWords,
  type Misfit,
  mergeArguments,
  parseArgsObject,
  splitArguments,
} from './arguments.ts'
import { warnOfUnnamed } from './unnamed-arguments.ts'

/** What the command line says of a call, before the tool is known. */
export interface GivenCall {
  tool: string
  /** From `--args`. */
  base: Record<string, unknown>
  words: ArgumentWords
}

/** A tool, and arguments that fit it. */
export interface PreparedCall {
  tool: ListedTool
  args: Record<string, unknown>
}

/** Reads the words, and the files and the stdin they name. Throws `usage` and `bad_arguments`. */
export async function readCall(
  context: CommandContext,
  { positionals: [tool = '', ...words], literals, values: { args } }: CommandInput,
): Promise<GivenCall> {
  const split = splitArguments(words, { literals, tool })
  const stdins = [...split.texts.values()].flat().filter((one) => 'file' in one && one.file === '-').length
  if (stdins + (args === '-' ? 1 : 0) > 1) {
    throw usageError('stdin is named more than once', 'It can be read only once: put the others into files.')
  }
  return { tool, base: await readBase(context, args), words: await readArgumentFiles(context, split) }
}

async function readBase(context: CommandContext, args: string | undefined): Promise<Record<string, unknown>> {
  if (args === undefined) return {}
  const file = args === '-' ? '-' : args.startsWith('@') ? args.slice(1) : undefined
  if (file === undefined) return parseArgsObject(args)
  return parseArgsObject(
    await readTextFile(context, file, `Write --args '{"name":"value"}', or --args @FILE.`),
  )
}

/**
 * Finds the tool and reads the arguments by its schema. A server is asked only where the tool is in no list that is known, or
 * the command line wants a newer one. Throws `bad_arguments` that names all that do not fit, as that list has it.
 */
export async function prepareCall(
  { err, settings, signal }: Pick<CommandContext, 'err' | 'settings' | 'signal'>,
  services: StoreContext,
  { tool: address, base, words }: GivenCall,
  values: OptionValues,
): Promise<PreparedCall> {
  const choice = listChoice(values)
  const tool = await services.findTool(address, { ...choice, ...askOptions({ settings, signal }) })
  const { args, misfits } = mergeArguments(base, words, tool.inputSchema)
  const unread = new Set(misfits.map(({ name }) => name))
  const found = await services.argumentProblems(tool, args)
  const problems = [...misfits, ...found.filter(({ argument }) => !unread.has(argument))]
  if (problems.length === 0) {
    if (!settings.json) warnOfUnnamed(err, tool, args)
    return { tool, args }
  }
  const [source] = (await services.listTools(tool.service, { offline: true })).services
  const [first] = problems
  const way = problems.length === 1 ? howToWrite(first!, words, tool.inputSchema) : undefined
  const hint = [
    ...(way ? [way] : []),
    `Nothing was called. See what the tool takes: mcpstore info ${shellWord(tool.name)}${agentOption(values)}`,
    ...(source?.stale && !choice.fresh
      ? [`That is from a list ${sourceWords(source)}; --fresh asks for a new one.`]
      : []),
  ]
  const told = problems.map(({ problem }) => problem).join('; ')
  throw new CliError('bad_arguments', `the arguments do not fit ${tool.name}: ${told}`, hint.join('\n'))
}

/** How to write what a text cannot say, where the tool takes anything else than a text. */
function howToWrite(
  problem: Misfit | ArgumentProblem,
  { texts }: ArgumentWords,
  inputSchema: unknown,
): string | undefined {
  if ('name' in problem) return problem.hint
  const { argument } = problem
  const schema = argumentSchema(inputSchema, argument)
  if (!schema || !texts.has(argument)) return undefined
  const types = allowedTypes(schema, inputSchema)
  return types.size === 1 && types.has('string') ? undefined : asJson(argument)
}
