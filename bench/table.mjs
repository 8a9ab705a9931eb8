const headings = [
  'what',
  'ours',
  'p99',
  'memory',
  'compared with',
  'it takes',
  'p99',
  'memory',
  'ratio (lowest–highest)',
  'target',
  '',
]

/** The rows as a Markdown table that is also readable as it is: what is as in the row above is not said again. */
export function renderTable(rows) {
  const body = rows.map((row, at) => cellsOf(row, { goesOn: rows[at - 1]?.what === row.what }))
  const all = [headings, ...body]
  const widths = headings.map((_, column) => Math.max(3, ...all.map((cells) => cells[column].length)))
  const [head, ...lines] = all.map(
    (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`,
  )
  return [head, `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...lines].join('\n')
}

function cellsOf({ what, unit, ours, comparedWith, theirs, ratio, target, verdict }, { goesOn }) {
  return [
    ...(goesOn ? ['', '', '', ''] : [what, ...figures(ours, unit)]),
    comparedWith,
    ...figures(theirs, unit),
    ratio === null ? '-' : `${number(ratio.median)} (${number(ratio.lowest)}–${number(ratio.highest)})`,
    target ?? '-',
    verdicts[verdict],
  ]
}

const verdicts = { met: 'met', missed: 'MISSED', none: '-', 'not measured': '-', failed: 'FAILED' }

function figures(side, unit) {
  if (side === null) return ['-', '-', '-']
  const { p50, p99, memory } = side
  return [
    amount(p50, unit),
    amount(p99, unit),
    memory === undefined ? '-' : `${(memory / 2 ** 20).toFixed(0)} MB`,
  ]
}

function amount(value, unit) {
  return unit === 'ms' ? time(value) : `${number(value)} ${unit}`
}

function time(ms) {
  if (ms < 0.001) return `${(ms * 1e6).toPrecision(3)} ns`
  if (ms < 1) return `${(ms * 1000).toPrecision(3)} µs`
  return `${ms < 100 ? ms.toFixed(1) : ms.toFixed(0)} ms`
}

function number(value) {
  if (Number.isInteger(value)) return String(value)
  if (value < 0.1) return value.toPrecision(2)
  return value < 10 ? value.toFixed(2) : value.toFixed(0)
}
