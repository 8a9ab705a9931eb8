import type { ListedTool } from '@mcpstore/core'
import { toJson } from '../json.ts'
import { type Output, paint, type Style } from '../output.ts'
import { displayWidth, firstLine, fit, givenText, visibleText } from '../text/terminal-text.ts'
import { annotationWords } from './annotations.ts'
import { signature } from './signature.ts'

export interface ToolLinesOptions {
  /** Show the schemas too. */
  schema?: boolean | undefined
  /** What else is said beside the annotations. */
  note?: string
}

const styles: Readonly<Record<string, Style>> = { 'read-only': 'green', destructive: 'red' }

/** One tool: its signature with what its server says of it, below that the first line of its description. */
export function toolLines(
  tool: ListedTool,
  output: Output,
  { schema, note = '' }: ToolLinesOptions = {},
): string {
  const words = annotationWords(tool)
  const tags = words.length > 0 ? `  [${words.join(', ')}]` : ''
  const room = output.columns - displayWidth(tags) - (note === '' ? 0 : note.length + 2)
  const written = words.map((word) => paint(output, styles[word], word)).join(', ')
  const line = `${signature(tool, room - 2)}${tags && `  [${written}]`}${note && `  ${paint(output, 'dim', note)}`}`
  const about = fit(firstLine(givenText(tool.description)), output.columns - 6)
  return [
    `  ${line}\n`,
    about && `      ${paint(output, 'dim', about)}\n`,
    schema ? schemaLines('takes', tool.inputSchema) : '',
    schema && tool['outputSchema'] !== undefined ? schemaLines('gives', tool['outputSchema']) : '',
  ].join('')
}

function schemaLines(what: string, schema: unknown): string {
  const json = visibleText(toJson(schema ?? {}, 2))
  return `      ${what} ${json.replaceAll('\n', '\n      ')}\n`
}
