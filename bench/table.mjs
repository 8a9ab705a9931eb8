const headings = [
  'question',
  'ours',
  'compared with',
  'its time',
  'ratio (lowest–highest)',
  'pairs',
  'target',
  '',
]

/** The answers as a Markdown table that is also readable as it is. */
export function renderTable(answers) {
  const rows = [headings, ...answers.map(cellsOf)]
  const widths = headings.map((_, column) => Math.max(3, ...rows.map((cells) => cells[column].length)))
  const lineOf = (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`
  const [head, ...body] = rows.map(lineOf)
  return [head, `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...body].join('\n')
}

function cellsOf({ question, comparedWith, target, measured, verdict }) {
  if (measured === undefined) return [question, '-', comparedWith, '-', '-', '-', target.text, verdict]
  const { ours, against, ratio, lowest, highest, pairs, unit = 'ms' } = measured
  const ratios = `${formatRatio(ratio)} (${formatRatio(lowest)}–${formatRatio(highest)})`
  const format = unit === 'ms' ? formatTime : (count) => `${count} ${unit}`
  const times = [format(ours), comparedWith, format(against)]
  return [question, ...times, ratios, String(pairs), target.text, verdict]
}

function formatTime(ms) {
  if (ms < 0.001) return `${(ms * 1e6).toPrecision(3)} ns`
  if (ms < 1) return `${(ms * 1000).toPrecision(3)} µs`
  return `${ms < 100 ? ms.toFixed(1) : ms.toFixed(0)} ms`
}

function formatRatio(ratio) {
  if (ratio < 0.1) return ratio.toPrecision(2)
  return ratio < 10 ? ratio.toFixed(2) : ratio.toFixed(0)
}
