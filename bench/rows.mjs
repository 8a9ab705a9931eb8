import { ratioOf, summaryOf } from './statistics.mjs'

// A question is data: `question`, what is measured; `comparedWith`, what stands beside it, by side: `{ name, target }`,
// with `peer: true` where it is measured only with --peers; and `unit`, by default ms. What was measured is by side, too,
// and ours is `ours`. Of each comparison comes a row of the table, and of the JSON document.

/** The rows of a question that was measured. */
export function measuredRows(asked, measured, { peers }) {
  const { ours } = measured
  return rowsOf(asked, (side, { target, peer }) => {
    const theirs = measured[side]
    const reason = reasonFor(ours) ?? (peer && !peers ? 'only with --peers' : reasonFor(theirs))
    const told = { ours: isMeasured(ours) ? summaryOf(ours) : null }
    if (reason !== undefined) return { ...told, verdict: 'not measured', reason }
    const figures = { ...told, theirs: summaryOf(theirs), ratio: ratioOf(ours, theirs) }
    const verdict = target === undefined ? 'none' : target.isMet(figures) ? 'met' : 'missed'
    return { ...figures, verdict }
  })
}

/** The rows of a question that could not be asked here: why. */
export function skippedRows(asked, reason) {
  return rowsOf(asked, () => ({ verdict: 'not measured', reason }))
}

/** The rows of a question that failed: how. */
export function failedRows(asked, reason) {
  return rowsOf(asked, () => ({ verdict: 'failed', reason }))
}

function rowsOf({ question, comparedWith, unit = 'ms' }, answer) {
  return Object.entries(comparedWith).map(([side, comparison]) => {
    const { name, target } = comparison
    const none = { ours: null, theirs: null, ratio: null }
    const asked = { what: question, unit, comparedWith: name, target: target?.text ?? null }
    return { ...asked, ...none, ...answer(side, comparison) }
  })
}

function isMeasured(side) {
  return side !== undefined && side.cannot === undefined
}

function reasonFor(side) {
  return side === undefined ? 'it was not measured' : side.cannot
}
