import { argumentSchema } from './argument-types.ts'
import { parseJson, readArgument, readArguments, roundedNumber } from './argument-value.ts'
import { CliError, usageError } from './cli-error.ts'
import { parseExactJson } from './exact-json.ts'

/** The words after the tool's name: what was written as text, and what as JSON. */
export interface ArgumentWords {
  /** `k=v`: the texts of each name, in the order they were given. */
  texts: Map<string, string[]>
  /** `k:=json`. */
  json: Map<string, unknown>
}

/** Splits `k=v` and `k:=json`. Throws `usage` or `bad_arguments` for a word that is neither, or given both ways. */
export function splitArguments(words: readonly string[]): ArgumentWords {
  const texts = new Map<string, string[]>()
  const json = new Map<string, unknown>()
  for (const [index, word] of words.entries()) {
    const at = word.indexOf('=')
    const asJson = word[at - 1] === ':'
    const name = word.slice(0, asJson ? at - 1 : at)
    if (at < 1 || name === '') {
      throw usageError(
        `argument ${index + 1} of the tool is not of the form name=value`,
        `Write name=text, name:=JSON, or the whole object: --args '{"name":"text"}'.`,
      )
    }
    if (json.has(name) || (asJson && texts.has(name))) {
      throw usageError(`argument "${name}" is given twice`, `A list is one value: ${name}:='["a","b"]'.`)
    }
    const value = word.slice(at + 1)
    if (asJson) json.set(name, parseJson(value, name))
    else texts.set(name, [...(texts.get(name) ?? []), value])
  }
  return { texts, json }
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

/** One object out of all of it: single arguments win over `base`, texts are read by the types of `inputSchema`. */
export function mergeArguments(
  base: Record<string, unknown>,
  { texts, json }: ArgumentWords,
  inputSchema: unknown,
): Record<string, unknown> {
  const merged = new Map(Object.entries(base))
  for (const [name, values] of texts) {
    const schema = argumentSchema(inputSchema, name)
    const [only = ''] = values
    merged.set(
      name,
      values.length === 1
        ? readArgument(name, only, schema, inputSchema)
        : readArguments(name, values, schema, inputSchema),
    )
  }
  for (const [name, value] of json) merged.set(name, value)
  return Object.fromEntries(merged)
}
