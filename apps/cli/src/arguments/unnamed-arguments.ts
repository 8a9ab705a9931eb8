import type { ListedTool } from '@mcpstore/core'
import { didYouMean, nearest } from '@mcpstore/core/near'
import { writeWarning } from '../failures/failure.ts'
import type { Output } from '../output/output.ts'
import { asSchema } from './argument-types.ts'

/** With one of these a schema may mean arguments that it does not name. */
const OPENING = ['additionalProperties', 'patternProperties', '$ref', 'allOf', 'anyOf', 'oneOf', 'if']

/**
 * Says which arguments the tool's schema does not name, where it names some and nothing of others: they fit it and are sent, and
 * most servers ignore them, so that a slip of the finger would go unnoticed.
 */
export function warnOfUnnamed(err: Output, tool: ListedTool, args: Record<string, unknown>): void {
  const schema = asSchema(tool.inputSchema)
  const properties = asSchema(schema?.['properties'])
  if (!properties || OPENING.some((keyword) => Object.hasOwn(schema!, keyword))) return
  const names = Object.keys(properties)
  if (names.length === 0) return
  for (const given of Object.keys(args).filter((name) => !names.includes(name))) {
    const near = nearest(
      given,
      names.filter((name) => !Object.hasOwn(args, name)),
    )
    const hint = near.length > 0 ? didYouMean(near) : undefined
    writeWarning(err, `${tool.name} names no argument "${given}"; it is sent all the same`, hint)
  }
}
