import { CliError } from '../failures/cli-error.ts'
import { allowedTypes, concreteSchema } from './argument-types.ts'
import { isExact, parseExactJson } from './exact-json.ts'

type Reader = (text: string, name: string) => unknown

/** For each type what people call a value of it. */
const articles: Readonly<Record<string, string>> = {
  integer: 'an integer',
  number: 'a number',
  boolean: 'true or false',
  null: 'null',
  array: 'a list',
  object: 'an object',
}

/** For each type how its text is read; `undefined` means the text is none of that type. */
const readers: Readonly<Record<string, Reader>> = {
  integer: (text, name) => {
    const value = numberOf(text, name)
    return Number.isInteger(value) ? value : undefined
  },
  number: numberOf,
  boolean: (text) => ({ true: true, false: false })[text.trim()],
  null: (text) => (text.trim() === 'null' ? null : undefined),
  array: (text, name) => (text.trimStart().startsWith('[') ? parseJson(text, name) : undefined),
  object: (text, name) => (text.trimStart().startsWith('{') ? parseJson(text, name) : undefined),
}

/** How to say what a text cannot. */
export function asJson(name: string): string {
  return `Write ${name}:=JSON to send exactly that JSON.`
}

/**
 * Reads the text of `k=v` as the type the tool's schema gives it; where the schema allows a string, or does not
 * say, the text stays a string. Throws `bad_arguments` for a text that is none of the allowed types.
 */
export function readArgument(name: string, text: string, schema: unknown, root: unknown): unknown {
  const types = allowedTypes(schema, root)
  if (types.size === 0 || types.has('string')) return listedValue(text, schema, root)
  for (const type of Object.keys(readers)) {
    const value = types.has(type as never) ? readers[type]?.(text, name) : undefined
    if (value !== undefined) return value
  }
  if (types.has('array')) return [readArgument(name, text, itemOf(schema, 0), root)]
  throw new CliError(
    'bad_arguments',
    `argument "${name}" must be ${[...types].map((type) => articles[type]).join(' or ')}`,
    asJson(name),
  )
}

/** Reads `k=a k=b` as a list, each item by the type of the items. Throws `bad_arguments` where no list is allowed. */
export function readArguments(
  name: string,
  texts: readonly string[],
  schema: unknown,
  root: unknown,
): unknown[] {
  if (!allowedTypes(schema, root).has('array')) {
    throw new CliError(
      'bad_arguments',
      `argument "${name}" is given ${texts.length} times, and the tool takes no list there`,
      `Give it once, or write ${name}:=JSON.`,
    )
  }
  return texts.map((text, at) => readArgument(name, text, itemOf(schema, at), root))
}

/**
 * Parses the JSON of one argument. Throws `bad_arguments` naming the argument, without its value, for what is no JSON
 * and for a number that would be rounded.
 */
export function parseJson(text: string, name: string): unknown {
  const { value, inexact } = parsed(text, name)
  if (inexact.length > 0) throw roundedNumber(name)
  return value
}

function parsed(text: string, name: string): ReturnType<typeof parseExactJson> {
  try {
    return parseExactJson(text)
  } catch {
    throw new CliError(
      'bad_arguments',
      `the value of "${name}" is not valid JSON`,
      `Quote it for the shell, e.g. '${name}:=["a","b"]'; a plain text is ${name}=text.`,
    )
  }
}

/** The error for a number that would reach the tool as another one. */
export function roundedNumber(name: string | undefined): CliError {
  return new CliError(
    'bad_arguments',
    `${name === undefined ? '--args' : `argument "${name}"`} has a number that cannot be sent without rounding it`,
    `Write the number as a JSON string, "…", if the tool takes one there. Integers up to ${Number.MAX_SAFE_INTEGER} are exact.`,
  )
}

function numberOf(text: string, name: string): number | undefined {
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text.trim())) return undefined
  if (!isExact(text)) throw roundedNumber(name)
  return Number(text)
}

/** The one of a list of values that is no text and is written like this; the text, where that is in the list, or there is none. */
function listedValue(text: string, schema: unknown, root: unknown): unknown {
  const { enum: listed } = concreteSchema(schema, root)
  if (!Array.isArray(listed) || listed.includes(text)) return text
  const meant = listed.find((one) => Object(one) !== one && String(one) === text.trim())
  return meant === undefined ? text : meant
}

/** What the item at this place of a list has to be; of a tuple each has a schema of its own. */
function itemOf(schema: unknown, at: number): unknown {
  const { items, prefixItems } = schema as { items?: unknown; prefixItems?: unknown[] }
  return prefixItems?.[at] ?? items
}
