import { allowedTypes, asSchema, concreteSchema, type Schema } from '../argument-types.ts'
import type { OptionValues } from '../options.ts'

/** Objects may hold themselves. */
const deepest = 4

/** A line for a shell that calls the tool with a value for each argument it requires. */
export function sampleCall(
  tool: string,
  inputSchema: unknown,
  scope: Pick<OptionValues, 'agent'> = {},
): string {
  const args = Object.entries(requiredOf(asSchema(inputSchema) ?? {}, inputSchema, 0))
  const command = `mcpstore use-tool ${shellWord(tool)}${agentOption(scope)}`
  // Other names cannot stand before "=" or would be read as options.
  if (args.some(([name]) => !/^[^-=][^=]*$/.test(name) || name.endsWith(':')))
    return `${command} --args ${shellWord(JSON.stringify(Object.fromEntries(args)))}`
  const words = args.map(([name, value]) =>
    shellWord(typeof value === 'object' ? `${name}:=${JSON.stringify(value)}` : `${name}=${value}`),
  )
  return [command, ...words].join(' ')
}

function requiredOf(schema: Schema, root: unknown, depth: number): Record<string, unknown> {
  const properties = asSchema(schema['properties']) ?? {}
  const names = [schema['required'] ?? []].flat().map(String)
  return Object.fromEntries(names.map((name) => [name, sampleOf(properties[name], root, depth)]))
}

function sampleOf(schema: unknown, root: unknown, depth: number): unknown {
  const own = concreteSchema(schema, root)
  const given = [
    own['default'],
    own['const'],
    [own['enum'] ?? []].flat()[0],
    [own['examples'] ?? []].flat()[0],
  ]
  const found = given.find((value) => value !== undefined)
  if (found !== undefined) return found
  const types = allowedTypes(own, root)
  if (types.has('string') || types.size === 0) return 'TEXT'
  if (types.has('integer') || types.has('number')) return own['minimum'] ?? 1
  if (types.has('boolean')) return true
  if (types.has('array')) return depth < deepest ? [sampleOf(own['items'], root, depth + 1)] : []
  return types.has('object') && depth < deepest ? requiredOf(own, root, depth + 1) : null
}

/** What a command line for the same agent has to say. */
export function agentOption({ agent }: Pick<OptionValues, 'agent'>): string {
  return agent === undefined ? '' : ` --agent ${shellWord(agent)}`
}

/** The word as a POSIX shell reads it back. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}
