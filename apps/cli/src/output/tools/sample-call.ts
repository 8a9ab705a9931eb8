import { shellWord } from '@mcpstore/core/shell-words'
import { allowedTypes, asSchema, concreteSchema, type Schema } from '../../arguments/argument-types.ts'
import { mergeArguments } from '../../arguments/arguments.ts'
import type { OptionValues } from '../../command-line/options.ts'
import { placeWords } from '../../failures/same-place.ts'

/** Objects may hold themselves. */
const deepest = 4
const MOST_ITEMS = 5
const MOST_CHARACTERS = 200

/** A line for a shell that calls the tool, where a command line with these options looks, with a value for each argument it requires. */
export function sampleCall(tool: string, inputSchema: unknown, values: OptionValues = {}): string {
  const args = Object.entries(requiredOf(asSchema(inputSchema) ?? {}, inputSchema, 0))
  const command = `mcpstore use-tool ${shellWord(tool)}${placeWords('use-tool', values)}`
  // Other names cannot stand before "=" or would be read as options.
  if (args.some(([name]) => !/^[^-=][^=]*$/.test(name) || name.endsWith(':')))
    return `${command} --args ${shellWord(JSON.stringify(Object.fromEntries(args)))}`
  const words = args.map(([name, value]) => shellWord(argumentWord(name, value, inputSchema)))
  return [command, ...words].join(' ')
}

/** The word that is read as this value: `k=v` where that is, else `k:=JSON`. */
function argumentWord(name: string, value: unknown, inputSchema: unknown): string {
  const json = JSON.stringify(value)
  const text = typeof value === 'string' ? value : json
  const words = { texts: new Map([[name, [text]]]), json: new Map() }
  const { args, misfits } = mergeArguments({}, words, inputSchema)
  const isText = typeof value !== 'object' && misfits.length === 0 && JSON.stringify(args[name]) === json
  return isText ? `${name}=${text.replace(/^@/, '@@')}` : `${name}:=${json}`
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
  if (types.has('string') || types.size === 0) return sampleText(own)
  if (types.has('integer') || types.has('number')) return sampleNumber(own)
  if (types.has('boolean')) return true
  if (types.has('array')) {
    const items = Math.min(Math.max(1, Number(own['minItems'] ?? 1)), MOST_ITEMS)
    return depth < deepest ? Array.from({ length: items }, () => sampleOf(own['items'], root, depth + 1)) : []
  }
  return types.has('object') && depth < deepest ? requiredOf(own, root, depth + 1) : null
}

const formats: Readonly<Record<string, string>> = {
  uri: 'https://example.com/',
  url: 'https://example.com/',
  email: 'name@example.com',
  date: '2026-01-31',
  time: '12:00:00Z',
  'date-time': '2026-01-31T12:00:00Z',
  uuid: '123e4567-e89b-42d3-a456-426614174000',
  ipv4: '192.0.2.1',
  hostname: 'example.com',
}

function sampleText({ format, minLength, maxLength }: Schema): string {
  const text = formats[String(format)] ?? 'TEXT'
  const longest = typeof maxLength === 'number' ? maxLength : Number.POSITIVE_INFINITY
  return text.padEnd(Math.min(Number(minLength ?? 0), MOST_CHARACTERS), 'X').slice(0, longest)
}

function sampleNumber({ minimum, exclusiveMinimum, maximum, multipleOf }: Schema): unknown {
  if (minimum !== undefined) return minimum
  if (typeof exclusiveMinimum === 'number') return exclusiveMinimum + 1
  if (typeof multipleOf === 'number') return multipleOf
  return typeof maximum === 'number' && maximum < 1 ? maximum : 1
}
