import { type Context, createContext, Script } from 'node:vm'
import type { OutputUnit, SchemaDraft } from '@cfworker/json-schema'

/** What is wrong with a value; nothing where the schema cannot be used. */
export type SchemaCheck = (value: unknown) => readonly OutputUnit[]

const DRAFTS: [marker: string, draft: SchemaDraft][] = [
  ['draft-04', '4'],
  ['draft-06', '7'],
  ['draft-07', '7'],
  ['2019-09', '2019-09'],
]

/** A check that takes longer is given up, for good: the schema is a trap, and the server has the last word anyway. */
const LONGEST_CHECK_MS = 100
/** Patterns can take exponential time, and so can references to references; large schemas simply take long. */
const COSTLY = /"(?:pattern|patternProperties|format|\$ref|\$dynamicRef|\$recursiveRef)":/
const LARGE = 64 * 1024

/** How to check values by `schema`, which a server wrote: the check ends in time whatever stands in it. */
export async function schemaCheck(schema: object): Promise<SchemaCheck> {
  const { Validator } = await import('@cfworker/json-schema')
  const dialect = String((schema as { $schema?: unknown }).$schema ?? '')
  const draft = DRAFTS.find(([marker]) => dialect.includes(marker))?.[1] ?? '2020-12'
  let validator: InstanceType<typeof Validator> | undefined
  const validate = (value: unknown): readonly OutputUnit[] => {
    // The validator writes into the schema, and the one here is shared and frozen.
    validator ??= new Validator(structuredClone(schema), draft, false)
    return validator.validate(value).errors
  }
  let isUsable = true
  const isCostly = mayBeCostly(schema)
  return (value) => {
    if (!isUsable) return []
    try {
      return isCostly ? timed(() => validate(value)) : validate(value)
    } catch {
      isUsable = false
      return []
    }
  }
}

function mayBeCostly(schema: object): boolean {
  try {
    const text = JSON.stringify(schema)
    return text.length > LARGE || COSTLY.test(text)
  } catch {
    return true
  }
}

let room: { context: Context; script: Script } | undefined

/** What `task` returns. Throws once it has taken too long: only the engine itself can interrupt a regular expression. */
function timed<Result>(task: () => Result): Result {
  room ??= { context: createContext({}), script: new Script('task()') }
  const { context, script } = room
  context['task'] = task
  try {
    return script.runInContext(context, { timeout: LONGEST_CHECK_MS }) as Result
  } finally {
    delete context['task']
  }
}
