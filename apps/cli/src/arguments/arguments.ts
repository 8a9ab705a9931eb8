import { shellWord } from '@mcpstore/core/shell-words'
import { CliError, usageError } from '../failures/cli-error.ts'
import { argumentSchema } from './argument-types.ts'
import { parseJson, readArgument, readArguments, roundedNumber } from './argument-value.ts'
import { parseExactJson } from './exact-json.ts'

/** What stands after `k=`: a text, or a file in which it stands; `-` is stdin. */
export type WrittenText = { text: string } | { file: string }

/** The words after the tool's name: what was written as text, and what as JSON. */
export interface ArgumentWords<Text = string> {
  /** `k=v`: the texts of each name, in the order they were given. */
  texts: Map<string, Text[]>
  /** `k:=json`. */
  json: Map<string, unknown>
}

const SHORT_NAME = /^[A-Za-z_][\w.-]{0,31}$/

/** What is wrong with the text of one argument. */
export interface Misfit {
  name: string
  problem: string
  hint: string | undefined
}

/**
 * Splits `k=v`, `k=@file` and `k:=json`; of the last `literals` words `@` means no file. Throws `usage` for a word that is
 * none of them, or a name given both ways, and `bad_arguments` for all that is no JSON.
 */
export function splitArguments(
  words: readonly string[],
  { literals = 0, tool = '' }: { literals?: number; tool?: string } = {},
): ArgumentWords<WrittenText> {
  const texts = new Map<string, WrittenText[]>()
  const json = new Map<string, unknown>()
  const failures: CliError[] = []
  for (const [index, word] of words.entries()) {
    const at = word.indexOf('=')
    const asJson = word[at - 1] === ':'
    const name = word.slice(0, asJson ? at - 1 : at)
    if (at < 1 || name === '') {
      throw noArgument(words, index, tool)
    }
    if (json.has(name) || (asJson && texts.has(name))) {
      throw usageError(`argument "${name}" is given twice`, `A list is one value: ${name}:='["a","b"]'.`)
    }
    const value = word.slice(at + 1)
    const isLiteral = index >= words.length - literals
    if (!asJson)
      texts.set(name, [...(texts.get(name) ?? []), isLiteral ? { text: value } : writtenText(value)])
    else
      json.set(
        name,
        attempt(failures, () => parseJson(value, name)),
      )
  }
  const [first] = failures
  if (first)
    throw new CliError('bad_arguments', failures.map(({ message }) => message).join('; '), first.hint)
  return { texts, json }
}

/** A word that is no argument; what somebody else means who writes it first behind a tool is named. */
function noArgument(words: readonly string[], index: number, tool: string): CliError {
  const word = words[index]!
  // Longer words, and others than names, may hold a secret.
  const shown = SHORT_NAME.test(word) ? `"${word}"` : `argument ${index + 1} of the tool`
  const message = `${shown} is not of the form name=value`
  const start = 'mcpstore use-tool'
  if (word.startsWith('{') && words.length === 1 && tool !== '') {
    return usageError(message, `Put --args before the whole object: ${start} ${shellWord(tool)} --args '{…}'`)
  }
  if (index === 0 && SHORT_NAME.test(word) && tool !== '' && !tool.includes('/')) {
    const address = shellWord(`${tool}/${word}`)
    return usageError(message, `For the tool ${word} of the service ${tool}: ${start} ${address}`)
  }
  return usageError(message, `Write name=text, name:=JSON, or the whole object: --args '{"name":"text"}'.`)
}

/** `@file` is a file, `@@text` the text `@text`, anything else itself. */
function writtenText(written: string): WrittenText {
  if (written.startsWith('@@')) return { text: written.slice(1) }
  return written.startsWith('@') ? { file: written.slice(1) } : { text: written }
}

/** Parses the object of `--args`. Throws `bad_arguments` for anything but a JSON object, and for rounded numbers. */
export function parseArgsObject(text: string): Record<string, unknown> {
  let parsed: ReturnType<typeof parseExactJson>
  try {
    parsed = parseExactJson(text.replace(/^\uFEFF/, ''))
  } catch (cause) {
    // Engines quote the text, in which a secret may stand.
    const reason = (cause as Error).message.replace(/,?\s*(\.{3})?".*/s, '')
    throw new CliError(
      'bad_arguments',
      `--args is not valid JSON${reason ? `: ${reason}` : ''}`,
      'Quote it for the shell, or give it on stdin: --args -',
    )
  }
  const { value, inexact } = parsed
  if (inexact.length > 0) throw roundedNumber(inexact[0])
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>
  throw new CliError('bad_arguments', '--args is JSON, but not an object', `Write --args '{"name":"value"}'.`)
}

/**
 * One object out of all of it: single arguments win over `base`, texts are read by the types of `inputSchema`. Those that
 * cannot be are `misfits`, and not in `args`.
 */
export function mergeArguments(
  base: Record<string, unknown>,
  { texts, json }: ArgumentWords,
  inputSchema: unknown,
): { args: Record<string, unknown>; misfits: Misfit[] } {
  const merged = new Map(Object.entries(base))
  const misfits: Misfit[] = []
  for (const [name, values] of texts) {
    const schema = argumentSchema(inputSchema, name)
    const [only = ''] = values
    const failures: CliError[] = []
    const value = attempt(failures, () =>
      values.length === 1
        ? readArgument(name, only, schema, inputSchema)
        : readArguments(name, values, schema, inputSchema),
    )
    if (failures.length === 0) merged.set(name, value)
    else merged.delete(name)
    misfits.push(...failures.map(({ message, hint }) => ({ name, problem: message, hint })))
  }
  for (const [name, value] of json) merged.set(name, value)
  return { args: Object.fromEntries(merged), misfits }
}

/** What `read` returns; a `bad_arguments` that it throws is put to the `failures` instead. */
function attempt(failures: CliError[], read: () => unknown): unknown {
  try {
    return read()
  } catch (thrown) {
    if (!(thrown instanceof CliError) || thrown.code !== 'bad_arguments') throw thrown
    failures.push(thrown)
    return undefined
  }
}
