import { isObject } from '../../config/problem.ts'

/** Whether arguments are certainly right; `false` where somebody has to look closer. */
export type PlainCheck = (args: Record<string, unknown>) => boolean

type Test = (value: unknown) => boolean

const TYPES: Readonly<Record<string, Test>> = {
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  integer: (value) => Number.isInteger(value),
  boolean: (value) => typeof value === 'boolean',
  null: (value) => value === null,
}

/** What says nothing about a value. */
const REMARKS = new Set(['type', 'title', 'description', 'default', 'examples', '$schema', '$id', '$comment'])

/**
 * A check of the simplest there is, an object of plain values, which is what most tools take; `undefined` for a schema
 * that says more. Interpreting a schema takes longer than all else that is done before a call is sent.
 */
export function plainCheck(schema: object): PlainCheck | undefined {
  const { type, properties = {}, required = [], additionalProperties = true, ...rest } = schema as Fields
  const isPlain =
    type === 'object' &&
    isObject(properties) &&
    Array.isArray(required) &&
    typeof additionalProperties === 'boolean' &&
    Object.keys(rest).every((keyword) => REMARKS.has(keyword))
  if (!isPlain) return undefined
  const tests = new Map(Object.entries(properties).map(([name, one]) => [name, testOf(one)]))
  return (args) => {
    for (const name of required) if (!Object.hasOwn(args, name)) return false
    for (const name of Object.keys(args)) {
      const test = tests.get(name)
      if (test ? !test(args[name]) : tests.has(name) || !additionalProperties) return false
    }
    return true
  }
}

interface Fields {
  type?: unknown
  properties?: unknown
  required?: unknown
  additionalProperties?: unknown
  [keyword: string]: unknown
}

/** `undefined` for a property that is more than a plain value. */
function testOf(schema: unknown): Test | undefined {
  if (!isObject(schema)) return undefined
  const { type } = schema
  const isPlain = typeof type === 'string' && Object.keys(schema).every((keyword) => REMARKS.has(keyword))
  return isPlain && Object.hasOwn(TYPES, type) ? TYPES[type] : undefined
}
