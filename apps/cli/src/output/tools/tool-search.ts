import type { ToolSearch } from '@mcpstore/core'
import type { Output } from '../output.ts'
import { sourceWords } from './list-source.ts'
import { type ToolLinesOptions, toolLines } from './tool-lines.ts'

/** The tools that fit, the best first, each with how old the list is that it stands in. */
export function renderToolSearch(
  { tools, services }: ToolSearch,
  output: Output,
  { schema }: Pick<ToolLinesOptions, 'schema'>,
): string {
  const notes = new Map(
    services.map((source) => [source.name, `${sourceWords(source)}${source.stale ? ', stale' : ''}`]),
  )
  return tools
    .map((tool) =>
      toolLines(tool, output, { schema, note: notes.get(tool.service) ?? '' }).replace(/^ {2}/, ''),
    )
    .join('')
}
