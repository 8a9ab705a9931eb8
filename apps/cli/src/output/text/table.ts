import { type Output, paint, type Style } from '../output.ts'
import { displayWidth, fit } from './terminal-text.ts'
import { FEWEST_FOR_TEXT, linesWithin } from './wrapped.ts'

/** A cell; its text is already safe to show. */
export type Cell = string | { text: string; style: Style }

type TableOutput = Pick<Output, 'columns' | 'color'>

/** What stands between two columns. */
const columnGap = '  '

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

/**
 * The same, but nothing of the last column is cut: of a row that has all columns it goes on below itself, in lines of its own and in
 * those that the terminal is too narrow for. Where next to nothing is left for it, it stands below its row.
 */
export function renderNotes(rows: readonly (readonly Cell[])[], output: TableOutput): string {
  const last = Math.max(1, ...rows.map(({ length }) => length)) - 1
  const before = Array.from({ length: last }, (_, column) =>
    Math.max(...rows.map((row) => displayWidth(textOf(row[column] ?? '')))),
  )
  const cells = output.columns - before.reduce((sum, width) => sum + width + columnGap.length, 0)
  if (cells < FEWEST_FOR_TEXT) return renderNotesBelow(rows, last, output)
  const lines = rows.flatMap((row) => {
    const [first = '', ...more] = notesOf(row[last], cells)
    return [[...row.slice(0, last), first], ...more.map((note): Cell[] => [...before.map(() => ''), note])]
  })
  return renderTable(lines, { ...output, columns: Number.POSITIVE_INFINITY })
}

function renderNotesBelow(rows: readonly (readonly Cell[])[], last: number, output: TableOutput): string {
  // Of what is short, the first column has to make room.
  const lines = renderTable(
    rows.map((row) => [...row.slice(0, last), ...(row.length > last ? [''] : [])]),
    output,
  ).split('\n')
  return rows
    .flatMap((row, at) => {
      const notes =
        textOf(row[last] ?? '') === '' ? [] : notesOf(row[last], output.columns - columnGap.length)
      const below = notes.map(
        (note) => textOf(note) && columnGap + paint(output, styleOf(note), textOf(note)),
      )
      return lines[at] === '' ? below : [lines[at]!, ...below]
    })
    .map((line) => `${line}\n`)
    .join('')
}

function notesOf(cell: Cell | undefined, cells: number): Cell[] {
  const style = cell && styleOf(cell)
  return linesWithin(textOf(cell ?? ''), cells).map((text) => (style ? { text, style } : text))
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
    line += paint(output, styleOf(cell), text) + padding
  }
  return line.trimEnd()
}

function textOf(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell.text
}

function styleOf(cell: Cell): Style | undefined {
  return typeof cell === 'string' ? undefined : cell.style
}
