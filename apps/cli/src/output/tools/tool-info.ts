import type { ListedTool, ToolSource } from '@mcpstore/core'
import { asSchema, concreteSchema } from '../../arguments/argument-types.ts'
import type { OptionValues } from '../../command-line/options.ts'
import { placeFirst } from '../../failures/same-place.ts'
import { type Output, paint } from '../output.ts'
import { type Cell, renderTable } from '../text/table.ts'
import { givenText, visibleLine, visibleText } from '../text/terminal-text.ts'
import { annotationWords } from './annotations.ts'
import { sourceWords } from './list-source.ts'
import { sampleCall } from './sample-call.ts'
import { typeText } from './type-text.ts'

/** One tool for people: what it does, its arguments, and a line that calls it. */
export function renderToolInfo(
  tool: ListedTool,
  source: ToolSource | undefined,
  output: Output,
  values: OptionValues = {},
): string {
  const { name, description, inputSchema } = tool
  const words = annotationWords(tool)
  const tags = words.length > 0 ? `  [${words.join(', ')}]` : ''
  const known = source ? `  ${sourceWords(source)}${source.stale ? ', stale' : ''}` : ''
  const rows = argumentRows(inputSchema)
  const about = givenText(description).trim()
  const first = placeFirst(values)
  const wide = { ...output, columns: Number.POSITIVE_INFINITY }
  const parts = [
    `${paint(output, 'bold', visibleLine(name))}${tags}${paint(output, 'dim', known)}\n`,
    ...(about === '' ? [] : [`${visibleText(about)}\n`]),
    rows.length > 0 ? `\n${renderTable([header, ...rows], wide)}` : '\nIt takes no arguments.\n',
    `\n${first === undefined ? '' : `${first}\n`}${visibleLine(sampleCall(name, inputSchema, values))}\n`,
  ]
  return parts.join('')
}

const header: Cell[] = ['ARGUMENT', 'TYPE', '', ''].map((text) => ({ text, style: 'dim' }))

function argumentRows(inputSchema: unknown): Cell[][] {
  const schema = asSchema(inputSchema) ?? {}
  const required = [schema['required'] ?? []].flat()
  return Object.entries(asSchema(schema['properties']) ?? {}).map(([name, one]) => [
    visibleLine(name),
    visibleLine(typeText(one, inputSchema)),
    required.includes(name) ? 'required' : 'optional',
    visibleLine(
      noteOf({ ...concreteSchema(one, inputSchema), ...asSchema(one) }, typeText(one, inputSchema)),
    ),
  ])
}

function noteOf(
  { description, enum: choices, default: preset }: Record<string, unknown>,
  type: string,
): string {
  const notes = [
    typeof description === 'string' ? description.trim() : '',
    Array.isArray(choices) && !type.includes('"') ? `one of ${choices.map(valueText).join(', ')}` : '',
    preset === undefined ? '' : `default ${valueText(preset)}`,
  ]
  return notes.filter(Boolean).join('; ')
}

function valueText(value: unknown): string {
  return typeof value === 'string' && value !== '' ? value : JSON.stringify(value)
}
