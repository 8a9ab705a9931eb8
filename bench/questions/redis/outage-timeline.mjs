import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { load, surroundings } from '../../machine.mjs'
import { documentOf, longestOf } from '../../outage/document.mjs'
import { faults } from '../../outage/faults.mjs'
import { systems } from '../../outage/systems.mjs'
import { passThrough } from '../../outage/timeline.mjs'
import { sidesOf } from '../../statistics.mjs'
import { withinMilliseconds } from '../../targets.mjs'

// Who waits for how long, is answered rightly and loses what, while Redis is away and comes back. What each second was like is
// written into a document of its own, of which `npm run bench:outage` makes the page.
const folder = fileURLToPath(new URL('../../results/', import.meta.url))

/** The socket timeout, and what a timer may be late. */
const longest = withinMilliseconds(2050)
const all = { text: 'all', isMet: ({ ours }) => ours.p50 === 100 }

const figures = [
  ...faults.map(({ short }, at) => ({
    what: `the longest that an operation waits while Redis ${short} (socket timeout 2 s)`,
    of: (byFault) => longestOf(byFault[at]),
    target: longest,
  })),
  { what: 'reads that are answered rightly, in all of these', of: rightReads, unit: '%', target: all },
  { what: 'acknowledged writes that are in Redis afterwards', of: keptWrites, unit: '%', target: all },
]

export const needsRedis = true
export const scope = 'full'

/** What is asked, in the order of the answers. */
export const questions = figures.map(({ what, unit, target }) => ({
  question: what,
  unit,
  comparedWith: Object.fromEntries(
    systems.slice(1).map(({ name, title, package: peer }) => {
      return [name, { name: title, target, peer: peer !== undefined }]
    }),
  ),
}))

export async function run(sandbox) {
  const chosen = systems.filter(({ package: peer }) => sandbox.peers || peer === undefined)
  const began = { at: new Date(), load: load() }
  const passed = []
  for (const fault of faults) passed.push({ fault, sides: await passThrough(fault, chosen, sandbox) })
  const document = documentOf({
    at: began.at,
    surroundings: surroundings({ peers: sandbox.peers }),
    load: { before: began.load, after: load() },
    faults: passed,
  })
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'outage.json'), `${JSON.stringify(document)}\n`)
  const byFault = (name) => document.faults.map(({ sides }) => sides.find(({ system }) => system === name))
  return figures.map(({ of }) => {
    const answers = chosen.map(({ name }, at) => [at === 0 ? 'ours' : name, of(byFault(name))])
    return sidesOf([Object.fromEntries(answers)])
  })
}

/** Of 100 reads and listings those that came to something right, however late. */
function rightReads(sides) {
  const counts = { right: 0, wrong: 0 }
  for (const { lanes } of sides) {
    for (const { operation, seconds } of lanes) {
      if (operation === 'write' || operation === 'status') continue
      for (const { counts: each = {} } of seconds) {
        for (const [outcome, count] of Object.entries(each)) {
          counts[['ok', 'kept', 'late'].includes(outcome) ? 'right' : 'wrong'] += count
        }
      }
    }
  }
  return (100 * counts.right) / (counts.right + counts.wrong)
}

function keptWrites(sides) {
  const sum = (figure) => sides.reduce((total, { fates }) => total + fates[figure], 0)
  return (100 * sum('there')) / sum('acknowledged')
}
