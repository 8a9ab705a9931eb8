import type { ContentSource } from '@mcpstore/core'
import { type Output, paint } from './output.ts'
import { type Cell, renderTable } from './text/table.ts'
import { firstLine, givenText, visibleLine } from './text/terminal-text.ts'

/** One kind of content, and what there is of it. */
export interface Group {
  one: string
  many: string
  rows: readonly { service: string; shown: string; title?: string; description?: string }[]
}

/** Contents grouped by service, or of the one that was `asked`: how to ask for each, and the first line of what it is. */
export function renderContents(
  services: readonly ContentSource[],
  groups: readonly Group[],
  { output, asked }: { output: Output; asked: string | undefined },
): string {
  const offering = services.filter(({ offered }) => offered)
  if (offering.length > 0) return offering.map(({ name }) => renderService(name, groups, output)).join('\n')
  const kind = groups[0]?.many
  if (output.isQuiet || services.some(({ offered }) => offered === null)) return ''
  return asked === undefined
    ? `No ${kind}: no enabled service has any.\n`
    : `${visibleLine(asked)} has no ${kind}.\n`
}

function renderService(name: string, groups: readonly Group[], output: Output): string {
  const own = groups.map((group) => ({
    ...group,
    rows: group.rows.filter(({ service }) => service === name),
  }))
  const counts = own.map(({ one, many, rows }) => `${rows.length} ${rows.length === 1 ? one : many}`)
  const rows = own
    .flatMap((group) => group.rows)
    .map(({ shown, title, description }): Cell[] => [
      `  ${visibleLine(shown)}`,
      { text: firstLine(givenText(description ?? title)), style: 'dim' },
    ])
  return `${paint(output, 'bold', visibleLine(name))}  ${counts.join(', ')}\n${renderTable(rows, output)}`
}
