import { timeOf } from './picture.mjs'
import { operations } from './systems.mjs'
import { BOUND_MS, ENDS_S } from './timeline.mjs'

// One fault as a table that is also readable as it is: a sign for each second.

const signs = {
  ok: '·',
  kept: '~',
  late: '…',
  error: '×',
  missing: '?',
  lost: '!',
  hung: '∞',
  gone: '†',
  none: ' ',
}

/** What the signs mean, as a sentence. */
export const legend = [
  '`·` right, `~` right, and it says that Redis has not confirmed it, `…` right after more than 2 s, `×` an error, `?` nothing',
  'found though it is there, `!` said to be written and lost, `∞` no answer within 15 s. The worst call of a second counts.',
].join('\n')

/** The Markdown table of a fault. */
export function timetableOf({ sides }) {
  const rows = sides.flatMap(({ title, lanes, fates }) =>
    lanes.map(({ operation, longest, seconds }, at) => {
      const [before, during, after] = phasesOf(seconds)
      return [
        at === 0 ? `**${title}**` : '',
        operations[operation],
        ...[before, during, after].map(
          (phase) => `\`${phase.map(({ outcome }) => signs[outcome]).join('')}\``,
        ),
        longest >= BOUND_MS ? `> ${timeOf(BOUND_MS)}` : timeOf(longest),
        wordsOf(during),
        operation === 'write' ? fateOf(fates) : '',
      ]
    }),
  )
  const head = [
    '',
    '',
    '5 s before',
    `0 to ${ENDS_S} s`,
    'Redis is back',
    'longest',
    'what it says meanwhile',
    'writes',
  ]
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

function phasesOf(seconds) {
  return [
    seconds.filter(({ second }) => second < 0),
    seconds.filter(({ second }) => second >= 0 && second < ENDS_S),
    seconds.filter(({ second }) => second >= ENDS_S),
  ]
}

/** The words of all calls, the most frequent first. */
function wordsOf(seconds) {
  const counts = new Map()
  for (const { words = {} } of seconds)
    for (const [word, count] of Object.entries(words)) counts.set(word, (counts.get(word) ?? 0) + count)
  return [...counts]
    .sort(([, one], [, other]) => other - one)
    .slice(0, 3)
    .map(([word]) => word.replaceAll('|', '\\|').replace(/ Refer to .*/, ''))
    .join(', ')
}

function fateOf({ acknowledged, there, ghosts }) {
  const told = `${there} of ${acknowledged} acknowledged are in Redis`
  return ghosts > 0 ? `${told}, and ${ghosts} that were not` : told
}
