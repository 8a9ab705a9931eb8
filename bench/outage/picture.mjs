import { figure } from './figure.mjs'
import { outcomes } from './seconds.mjs'
import { marks, style, told } from './style.mjs'
import { operations } from './systems.mjs'
import { AFTER_S, BEFORE_S, BOUND_MS, ENDS_S } from './timeline.mjs'

// One fault as a picture: a lane for each operation of each system, a bar for each second, as high as the worst call of that
// second took, on a logarithmic scale, and of the colour of what came of it.

const LEFT = 168
const SECOND = 26
const RIGHT = 226
const LANE = 28
const HEAD = 30
const TOP = 104
const BOTTOM = 84
const BAR = 22
/** A bar that is lower has its mark above it. */
const MARK = 13
const WIDTH = LEFT + (BEFORE_S + AFTER_S) * SECOND + RIGHT
const LOWEST_MS = 0.001
const LINES_MS = [1, 2000]

const x = (second) => LEFT + (BEFORE_S + second) * SECOND

/** The SVG of a fault; light or dark as its reader's system is. */
export function pictureOf({ title, sides }, { at }) {
  const rows = sides.reduce((sum, { lanes }) => sum + HEAD + lanes.length * LANE, 0)
  const height = TOP + rows + BOTTOM
  const { tag, text, open, close, render } = figure()
  open('svg', {
    xmlns: 'http://www.w3.org/2000/svg',
    viewBox: `0 0 ${WIDTH} ${height}`,
    width: WIDTH,
    height,
    role: 'img',
    'aria-labelledby': 'title desc',
  })
  tag('title', { id: 'title' }, title)
  tag('desc', { id: 'desc' }, descriptionOf(sides))
  tag('style', {}, style)
  tag('rect', { class: 'page', width: WIDTH, height, rx: 10 })
  text(24, 38, title, 'title')
  text(
    24,
    60,
    `Each bar is a second, as high as its worst call took: from 1 µs to ${BOUND_MS / 1000} s, logarithmic; dotted: 1 ms and 2 s. ${at}`,
    'note',
  )
  tag('rect', { class: 'outage', x: x(0), y: TOP - 22, width: ENDS_S * SECOND, height: rows + 26, rx: 4 })
  for (let second = -BEFORE_S; second <= AFTER_S; second += 5)
    text(x(second), TOP - 28, `${second} s`, 'tick')
  text(x(0) + 6, TOP - 8, 'Redis is out of order', 'note')
  text(x(ENDS_S) + 6, TOP - 8, 'and back', 'note')
  let y = TOP
  for (const side of sides) {
    text(24, y + 20, side.title, 'system')
    text(x(AFTER_S) + 12, y + 20, fateOf(side), side.fates.lost > 0 ? 'note bad' : 'note')
    y += HEAD
    for (const lane of side.lanes) {
      drawLane({ tag, text, open, close }, lane, y)
      y += LANE
    }
  }
  drawLegend({ tag, text }, y + 30)
  close('svg')
  return render()
}

function drawLane({ tag, text, open, close }, { operation, seconds, longest }, y) {
  const base = y + BAR
  text(LEFT - 12, base - 5, operations[operation], 'lane')
  for (const ms of LINES_MS) {
    const level = base - heightOf(ms)
    tag('line', { class: 'level', x1: LEFT, x2: x(AFTER_S), y1: level, y2: level })
  }
  tag('line', { class: 'base', x1: LEFT, x2: x(AFTER_S), y1: base, y2: base })
  for (const { second, outcome, counts, words, worst, median } of seconds) {
    if (outcome === 'none') continue
    const height = outcome === 'gone' ? BAR : heightOf(worst)
    open('g', { class: outcome })
    tag(
      'title',
      {},
      `${second} s: ${spoken(counts)}${worst === undefined ? '' : `, worst ${timeOf(worst)}, median ${timeOf(median)}`}${spokenWords(words)}`,
    )
    tag('rect', { x: x(second) + 2, y: base - height, width: SECOND - 4, height, rx: 2 })
    const isHigh = height > MARK
    if (marks[outcome]) {
      const level = isHigh ? base - height / 2 + 4 : base - height - 2
      text(x(second) + SECOND / 2, level, marks[outcome], isHigh ? 'mark' : 'mark above')
    }
    close('g')
  }
  if (operation === 'status') drawStates({ text }, seconds, base)
  text(
    x(AFTER_S) + 12,
    base - 5,
    `longest ${longest >= BOUND_MS ? `hung > ${timeOf(BOUND_MS)}` : timeOf(longest)}`,
    'note',
  )
}

/** The state that was told for most of a second, wherever it is another one than before and there is room. */
function drawStates({ text }, seconds, base) {
  let [shown, free] = ['', 0]
  for (const { second, words = {} } of seconds) {
    const [most = shown] = Object.entries(words).sort(([, one], [, other]) => other - one)[0] ?? []
    if (most === shown || x(second) < free) continue
    text(x(second) + 3, base - 10, most, 'note')
    shown = most
    free = x(second) + most.length * 6
  }
}

function drawLegend({ tag, text }, top) {
  let [left, y] = [24, top]
  for (const outcome of outcomes) {
    const width = 40 + told[outcome].length * 6
    if (left + width > WIDTH) [left, y] = [24, y + 22]
    tag('g', { class: outcome }, undefined, () => {
      tag('rect', { x: left, y: y - 11, width: 14, height: 14, rx: 2 })
      if (marks[outcome]) text(left + 7, y, marks[outcome], 'mark')
    })
    text(left + 20, y, told[outcome], 'note')
    left += width
  }
}

function heightOf(ms) {
  const share = Math.log(Math.max(ms, LOWEST_MS) / LOWEST_MS) / Math.log(BOUND_MS / LOWEST_MS)
  return Math.max(1.5, Math.min(1, share) * BAR)
}

/** A time as people read it. */
export function timeOf(ms) {
  if (ms < 0.1) return `${Math.max(1, Math.round(ms * 1000))} µs`
  if (ms < 1000) return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`
  return `${(ms / 1000).toFixed(1)} s`
}

function fateOf({ fates: { acknowledged, lost }, ended }) {
  if (ended) return `its process ended with ${ended.with}`
  return lost > 0
    ? `${lost} of ${acknowledged} acknowledged writes lost`
    : `${acknowledged} acknowledged, none lost`
}

function descriptionOf(sides) {
  return sides
    .map((side) => {
      const waits = side.lanes.map(({ operation, longest }) => `${operations[operation]} ${timeOf(longest)}`)
      return `${side.title}: the longest waits were ${waits.join(', ')}; ${fateOf(side)}.`
    })
    .join(' ')
}

function spoken(counts = {}) {
  return Object.entries(counts)
    .map(([outcome, count]) => `${count} ${told[outcome]}`)
    .join(', ')
}

function spokenWords(words = {}) {
  const said = Object.entries(words).map(([word, count]) => `${count} × ${word}`)
  return said.length === 0 ? '' : `; it said ${said.join(', ')}`
}
