import { type Output, paint, type Style } from './output.ts'
import { displayWidth, fit } from './terminal-text.ts'

/** A cell; its text is already safe to show. */
export type Cell = string | { text: string; style: Style }

type TableOutput = Pick<Output, 'columns' | 'color'>

/** What stands between two columns. */
export const columnGap = '  '

/** The first column is cut to no fewer cells than these for the sake of the others. */
const FEWEST_CELLS = 12

/** Rows in aligned columns, one line each, cut at the edge of the terminal: the first column before all but the last. */
export function renderTable(rows: readonly (readonly Cell[])[], output: TableOutput): string {
  const widths: number[] = []
  for (const row of rows) {
    for (const [column, cell] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, displayWidth(textOf(cell)))
    }
  }
  const excess =
    widths.slice(0, -1).reduce((sum, width) => sum + width + columnGap.length, 0) - output.columns
  if (excess > 0 && widths.length > 2)
    widths[0] = Math.min(widths[0]!, Math.max(FEWEST_CELLS, widths[0]! - excess))
  return rows.map((row) => `${renderRow(row, widths, output)}\n`).join('')
}

function renderRow(row: readonly Cell[], widths: readonly number[], output: TableOutput): string {
  let used = 0
  let line = ''
  for (const [column, cell] of row.entries()) {
    const last = column === row.length - 1
    const text = fit(
      textOf(cell),
      Math.min(last ? Number.POSITIVE_INFINITY : widths[column]!, output.columns - used),
    )
    used += widths[column]! + columnGap.length
    const padding =
      last || used > output.columns ? '' : ' '.repeat(widths[column]! - displayWidth(text)) + columnGap
    line += paint(output, typeof cell === 'string' ? undefined : cell.style, text) + padding
  }
  return line.trimEnd()
}

function textOf(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell.text
}
