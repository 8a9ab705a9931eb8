import type { ListedTool } from '@mcpstore/core'
import { allowedTypes, asSchema, concreteSchema } from '../argument-types.ts'
import type { OptionValues } from '../options.ts'
import { type Output, paint } from './output.ts'
import { sampleCall } from './sample-call.ts'
import { type Cell, renderTable } from './table.ts'
import { visibleLine, visibleText } from './terminal-text.ts'

/** One tool for people: what it does, its arguments, and a line that calls it. */
export function renderToolInfo(
  { name, description, inputSchema }: ListedTool,
  output: Output,
  scope: Pick<OptionValues, 'agent'> = {},
): string {
  const rows = argumentRows(inputSchema)
  const wide = { ...output, columns: Number.POSITIVE_INFINITY }
  const parts = [
    `${paint(output, 'bold', visibleLine(name))}\n`,
    ...(description?.trim() ? [`${visibleText(description.trim())}\n`] : []),
    rows.length > 0 ? `\n${renderTable([header, ...rows], wide)}` : '\nIt takes no arguments.\n',
    `\n${visibleLine(sampleCall(name, inputSchema, scope))}\n`,
  ]
  return parts.join('')
}

const header: Cell[] = ['ARGUMENT', 'TYPE', '', ''].map((text) => ({ text, style: 'dim' }))

function argumentRows(inputSchema: unknown): Cell[][] {
  const schema = asSchema(inputSchema) ?? {}
  const required = [schema['required'] ?? []].flat()
  return Object.entries(asSchema(schema['properties']) ?? {}).map(([name, one]) => [
    visibleLine(name),
    typeText(one, inputSchema),
    required.includes(name) ? 'required' : 'optional',
    visibleLine(noteOf({ ...concreteSchema(one, inputSchema), ...asSchema(one) })),
  ])
}

function typeText(schema: unknown, root: unknown): string {
  const types = [...allowedTypes(schema, root)]
  const items = [...allowedTypes(concreteSchema(schema, root)['items'], root)]
  const texts = types.map((type) =>
    type === 'array' && items.length > 0 ? `array of ${items.join('|')}` : type,
  )
  return texts.join('|') || 'any'
}

function noteOf({ description, enum: choices, default: preset }: Record<string, unknown>): string {
  const notes = [
    typeof description === 'string' ? description.trim() : '',
    Array.isArray(choices) ? `one of ${choices.map(valueText).join(', ')}` : '',
    preset === undefined ? '' : `default ${valueText(preset)}`,
  ]
  return notes.filter(Boolean).join('; ')
}

function valueText(value: unknown): string {
  return typeof value === 'string' && value !== '' ? value : JSON.stringify(value)
}
