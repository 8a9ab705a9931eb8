import { stat } from 'node:fs/promises'
import type { CommandContext, CommandInput } from '../command.ts'
import { parseEnvironment, parseHeaders } from '../command-line/key-value-options.ts'
import type { OptionName, OptionValues } from '../command-line/options.ts'
import { usageError } from '../failures/cli-error.ts'
import { pathFrom } from '../process/existing-folder.ts'
import { readPipe } from '../process/stream-text.ts'
import { untilInterrupted } from '../store/store-session.ts'

/** What the library is given: a file, the text of a document, or one entry. */
export type AddInput = string | { file: string } | { name: string; [field: string]: unknown }

/** What can be written after `add`. */
export const forms: string = [
  'Write one of:',
  'mcpstore add [--all] [--from CLIENT]...',
  'mcpstore add FILE|-|JSON [--offer NUMBER] [--yes]',
  "mcpstore add NAME URL [--transport http|sse] [--header 'K: V']...",
  'mcpstore add NAME [--env K=V]... [--cwd DIR] -- CMD...',
].join('\n       ')

const foundOptions: readonly OptionName[] = ['all', 'from']
const remoteOptions: readonly OptionName[] = ['transport', 'header']
const programOptions: readonly OptionName[] = ['env', 'cwd']

/** Decides which form of `add` was written. Throws `usage` for none of them, and for options of another form. */
export async function readAddInput(context: CommandContext, input: CommandInput): Promise<AddInput> {
  const { positionals, program, values } = input
  const [first, second] = positionals
  refuse(values, foundOptions, 'belongs to the form with nothing after it: mcpstore add')
  if (!first) throw usageError('"add" was not told what to add', forms)
  if (values.offer !== undefined && !/^[1-9]\d{0,3}$/.test(values.offer)) {
    throw usageError(
      `--offer cannot be "${values.offer}"`,
      'Write the number that is shown before it: --offer 2',
    )
  }
  if (program || second !== undefined)
    refuse(values, ['yes', 'offer'], 'is about a server.json: mcpstore add FILE')
  if (program) {
    refuse(values, remoteOptions, 'belongs to the form with a URL: mcpstore add NAME URL')
    if (second !== undefined) throw usageError('more than a name stands before "--"', forms)
    return programEntry(first, program, values)
  }
  refuse(values, programOptions, 'belongs to the form with a command: mcpstore add NAME -- CMD...')
  if (second !== undefined) return remoteEntry(first, second, values)
  refuse(values, remoteOptions, 'belongs to the form with a URL: mcpstore add NAME URL')
  if (first === '-' || first === '/dev/stdin') return untilInterrupted(context.signal, context.readStdin())
  if (/^\s*[[{]/.test(first)) return first
  if (isUrl(first)) throw usageError('a URL needs a name before it', forms)
  return readFileInput(context, first, forms)
}

/** A file for the library to read; of what is written into a named pipe the text. Throws `usage` where there is none. */
export async function readFileInput(
  { cwd, signal }: Pick<CommandContext, 'cwd' | 'signal'>,
  written: string,
  hint: string,
): Promise<string | { file: string }> {
  const path = pathFrom(cwd, written)
  if (await isPipe(path, written, hint)) return untilInterrupted(signal, readPipe(path, written))
  return { file: path }
}

function programEntry(
  name: string,
  [command, ...args]: readonly string[],
  { env, cwd }: OptionValues,
): AddInput {
  if (!command) throw usageError('no command follows "--"', forms)
  return {
    name,
    command,
    args,
    ...(env ? { env: parseEnvironment(env) } : {}),
    ...(cwd === undefined ? {} : { cwd }),
  }
}

function remoteEntry(name: string, url: string, { transport, header }: OptionValues): AddInput {
  if (!isUrl(url)) {
    throw usageError('what follows the name is no http(s):// URL, and a command needs "--" before it', forms)
  }
  if (transport !== undefined && transport !== 'http' && transport !== 'sse') {
    throw usageError(`--transport "${transport}" is not known`, 'Write --transport http or --transport sse.')
  }
  return {
    name,
    url,
    ...(transport ? { type: transport } : {}),
    ...(header ? { headers: parseHeaders(header) } : {}),
  }
}

function isUrl(word: string): boolean {
  return /^https?:\/\//i.test(word)
}

/** Throws `usage` for an option of another form. */
export function refuse(values: OptionValues, names: readonly OptionName[], why: string): void {
  const given = names.find((name) => values[name] !== undefined)
  if (given) throw usageError(`--${given} cannot be used here`, `--${given} ${why}`)
}

/** A word that is no file may be meant as another form, so the error shows them all; other faults are the library's. */
async function isPipe(path: string, written: string, hint: string): Promise<boolean> {
  try {
    return (await stat(path)).isFIFO()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      throw usageError(`there is no file "${written}"`, hint)
    }
    return false
  }
}
