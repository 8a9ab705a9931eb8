import type { OutputUnit } from '@cfworker/json-schema'
import { storeError } from '../../errors.ts'
import type { ListedTool } from '../lists/tool-list.ts'
import { type PlainCheck, plainCheck } from './plain-check.ts'
import { problemWords } from './problem-words.ts'
import { type SchemaCheck, schemaCheck } from './schema-check.ts'

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
const plain = new WeakMap<object, PlainCheck>()

/** What is wrong with one argument. */
export interface ArgumentProblem {
  /** Its name; empty where it is about all of them. */
  argument: string
  /** What is wrong, as a part of a sentence that names it. */
  problem: string
}

/** Everything that is wrong with arguments; nothing where the tool's schema cannot be used. */
export async function argumentProblems(
  tool: ListedTool,
  args: Record<string, unknown>,
): Promise<ArgumentProblem[]> {
  const { inputSchema } = tool
  if (typeof inputSchema !== 'object' || inputSchema === null || fitsKnownSchema(tool, args)) return []
  const check = checks.get(inputSchema) ?? (await schemaCheck(inputSchema))
  checks.set(inputSchema, check)
  return check(args).filter(isCause).map(describe)
}

/**
 * Checks arguments against the tool's schema. A schema that cannot be used checks nothing: the server has the last
 * word. @throws `bad_arguments` that names every argument that is wrong.
 */
export async function checkArguments(tool: ListedTool, args: Record<string, unknown>): Promise<void> {
  const problems = await argumentProblems(tool, args)
  if (problems.length === 0) return
  const words = problems.map(({ problem }) => problem).join('; ')
  throw storeError('bad_arguments', `the arguments do not fit ${tool.name}: ${words}`, {
    hint: 'Nothing was called. See what the tool takes with mcpstore list-tools, or its inputSchema.',
  })
}

/** Whether the arguments fit a schema that was met before; `false` where that is still to be found out. */
export function fitsKnownSchema({ inputSchema }: ListedTool, args: Record<string, unknown>): boolean {
  if (typeof inputSchema !== 'object' || inputSchema === null) return true
  const isPlainlyRight = plain.get(inputSchema) ?? plainCheckOf(inputSchema)
  return isPlainlyRight(args) || checks.get(inputSchema)?.(args).length === 0
}

function plainCheckOf(schema: object): PlainCheck {
  const check = plainCheck(schema) ?? (() => false)
  plain.set(schema, check)
  return check
}

/** A failed keyword that only repeats that something below it failed says nothing new, nor does one of many options. */
function isCause({ keyword, keywordLocation }: OutputUnit): boolean {
  return !REPEATING.has(keyword) && !/\/(?:anyOf|oneOf|not|if)\/./.test(keywordLocation)
}

function describe({ instanceLocation, keyword, error }: OutputUnit): ArgumentProblem {
  const steps = instanceLocation.split('/').slice(1).map(decoded)
  const namesOne = keyword === 'required' || keyword === 'additionalProperties'
  if (namesOne) steps.push(/"(.*)"/s.exec(error)?.[1] ?? '')
  const path = steps.join('.')
  const [argument = ''] = steps
  if (keyword === 'required') return { argument, problem: `${path} is missing` }
  if (namesOne) return { argument, problem: `${path} is not one of its arguments` }
  const text = problemWords(error)
  return { argument, problem: path === '' ? text : `${path}: ${text}` }
}

/** A step of a JSON pointer that the validator has encoded for a URI. */
function decoded(step: string): string {
  return decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~')
}
