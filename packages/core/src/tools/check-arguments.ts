import type { OutputUnit, SchemaDraft } from '@cfworker/json-schema'
import { storeError } from '../errors.ts'
import { problemWords } from './problem-words.ts'
import type { ListedTool } from './tool-list.ts'

const DRAFTS: [marker: string, draft: SchemaDraft][] = [
  ['draft-04', '4'],
  ['draft-06', '7'],
  ['draft-07', '7'],
  ['2019-09', '2019-09'],
]

const REPEATING = new Set([
  'properties',
  'items',
  'prefixItems',
  'additionalItems',
  'contains',
  'allOf',
  '$ref',
  'dependentSchemas',
  'false',
])

/** The arguments of a call as an object, from an object or JSON text. @throws `bad_arguments` */
export async function readArguments(given: unknown): Promise<Record<string, unknown>> {
  if (given === undefined) return {}
  const value = typeof given === 'string' ? await parse(given) : given
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>
  throw storeError('bad_arguments', 'the arguments of a tool are an object', {
    hint: 'For example {"query": "北京"}.',
  })
}

/** The engine's own error quotes the text, in which a secret may stand: only the place is told. */
async function parse(text: string): Promise<unknown> {
  try {
    return JSON.parse(text)
  } catch {
    const { parseJsonText } = await import('../config/json-text.ts')
    const lenient = 'the text of the arguments is not valid JSON: it has comments or trailing commas'
    const message = await parseJsonText(text, 'the text of the arguments').then(
      () => lenient,
      (error: Error) => error.message,
    )
    throw storeError('bad_arguments', message)
  }
}

/**
 * Checks arguments against the tool's schema. A schema that cannot be used checks nothing: the server has the last
 * word. @throws `bad_arguments` that names every argument that is wrong.
 */
export async function checkArguments(
  { name, inputSchema }: ListedTool,
  args: Record<string, unknown>,
): Promise<void> {
  if (typeof inputSchema !== 'object' || inputSchema === null) return
  const problems = await problemsOf(inputSchema, args)
  if (problems.length === 0) return
  throw storeError('bad_arguments', `the arguments do not fit ${name}: ${problems.join('; ')}`, {
    hint: 'Nothing was called. See what the tool takes with mcpstore list-tools, or its inputSchema.',
  })
}

async function problemsOf(schema: object, args: Record<string, unknown>): Promise<string[]> {
  const { Validator } = await import('@cfworker/json-schema')
  const dialect = String((schema as { $schema?: unknown }).$schema ?? '')
  const draft = DRAFTS.find(([marker]) => dialect.includes(marker))?.[1] ?? '2020-12'
  try {
    // The validator writes into the schema, and the one here is shared and frozen.
    const validator = new Validator(structuredClone(schema), draft, false)
    return validator.validate(args).errors.filter(isCause).map(describe)
  } catch {
    return []
  }
}

/** A failed keyword that only repeats that something below it failed says nothing new, nor does one of many options. */
function isCause({ keyword, keywordLocation }: OutputUnit): boolean {
  return !REPEATING.has(keyword) && !/\/(?:anyOf|oneOf|not|if)\/./.test(keywordLocation)
}

function describe({ instanceLocation, keyword, error }: OutputUnit): string {
  const path = instanceLocation.replace(/^#\/?/, '').replaceAll('/', '.')
  const named = /"([^"]*)"/.exec(error)?.[1] ?? ''
  const argument = path === '' ? named : `${path}.${named}`
  if (keyword === 'required') return `${argument} is missing`
  if (keyword === 'additionalProperties') return `${argument} is not one of its arguments`
  const text = problemWords(error)
  return path === '' ? text : `${path}: ${text}`
}
