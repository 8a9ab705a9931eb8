import type { OutputUnit } from '@cfworker/json-schema'
import { storeError } from '../errors.ts'
import { type PlainCheck, plainCheck } from './plain-check.ts'
import { problemWords } from './problem-words.ts'
import { type SchemaCheck, schemaCheck } from './schema-check.ts'
import type { ListedTool } from './tool-list.ts'

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

/** Of each schema that was met, as long as the list it stands in is kept. */
const checks = new WeakMap<object, SchemaCheck>()
const plain = new WeakMap<object, PlainCheck | undefined>()

/**
 * Checks arguments against the tool's schema. A schema that cannot be used checks nothing: the server has the last
 * word. @throws `bad_arguments` that names every argument that is wrong.
 */
export async function checkArguments(
  { name, inputSchema }: ListedTool,
  args: Record<string, unknown>,
): Promise<void> {
  if (typeof inputSchema !== 'object' || inputSchema === null) return
  const check = checks.get(inputSchema) ?? (await schemaCheck(inputSchema))
  checks.set(inputSchema, check)
  const problems = check(args).filter(isCause).map(describe)
  if (problems.length === 0) return
  throw storeError('bad_arguments', `the arguments do not fit ${name}: ${problems.join('; ')}`, {
    hint: 'Nothing was called. See what the tool takes with mcpstore list-tools, or its inputSchema.',
  })
}

/** Whether the arguments fit a schema that was met before; `false` where that is still to be found out. */
export function fitsKnownSchema({ inputSchema }: ListedTool, args: Record<string, unknown>): boolean {
  if (typeof inputSchema !== 'object' || inputSchema === null) return true
  if (!plain.has(inputSchema)) plain.set(inputSchema, plainCheck(inputSchema))
  return plain.get(inputSchema)?.(args) || checks.get(inputSchema)?.(args).length === 0
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
