import { measureManyTools } from '../../redis/many-tools.mjs'
import { median, sidesOf } from '../../statistics.mjs'
import { atMost, withinMegabytes, withinMilliseconds } from '../../targets.mjs'

/** What is measured, in steps, so that what grows worse than in proportion shows. */
const STEPS = [
  { services: 10, tools: 20 },
  { services: 100, tools: 50 },
  { services: 1000, tools: 50 },
]
const ROUNDS = { normal: 3, full: 7 }
/** So many times as many rounds have the small steps, whose processes differ hardly more than one start from the next. */
const MORE_ROUNDS = 3

const figures = [
  { figure: 'open', what: 'to the first listing of services', target: withinMilliseconds(300) },
  { figure: 'bodies', what: 'to the first listing of all tools', target: withinMilliseconds(1500) },
  { figure: 'list', what: 'a listing of all tools after that', target: withinMilliseconds(10) },
  { figure: 'cpu', what: 'CPU time until all tools were listed once' },
  { figure: 'rss', what: 'memory (RSS) by then', target: withinMegabytes(250), unit: 'MB', per: 1024 * 1024 },
]
const sides = [
  { side: 'pinned', how: '' },
  { side: 'ours', how: ', `pin: off`' },
]
/** By CPU time, which other load on the machine moves less. */
const growing = [
  { figure: 'openCpu', what: 'CPU time that each service more takes to open' },
  { figure: 'cpu', what: 'CPU time that each tool more takes to the first listing of all' },
  { figure: 'listCpu', what: 'CPU time that each tool more takes a listing' },
]
const counted = [
  { figure: 'requests', what: 'requests of a process after a change of one list', unit: 'requests' },
  { figure: 'bytes', what: 'what it is sent then', unit: 'B' },
  { figure: 'parsed', what: 'tools that it makes anew then', unit: 'tools' },
]

export const needsRedis = true
export const scope = 'normal'

/** What is asked, in the order of the answers. */
export const questions = [
  ...sides.flatMap(({ how }) =>
    figures.map(({ what, unit, target }) => ({
      question: `open 1,000 services with 50 tools in Redis: ${what}${how}`,
      unit,
      comparedWith: { bare: { name: 'a bare process: ioredis, `JSON.parse`', target } },
    })),
  ),
  ...growing.map(({ what }) => ({
    question: `${what}, from 100 services to 1,000`,
    comparedWith: { smaller: { name: 'from 10 services with 20 tools to 100', target: atMost(1.5) } },
  })),
  ...counted.map(({ what, unit }) => ({
    question: `${what}, among 1,000 services`,
    unit,
    comparedWith: { smaller: { name: 'among 100', target: atMost(1.01) } },
  })),
]

export async function run(sandbox) {
  const steps = []
  for (const step of STEPS) {
    const rounds = (ROUNDS[sandbox.scope] ?? 1) * (step === STEPS.at(-1) ? 1 : MORE_ROUNDS)
    steps.push(await measureManyTools(sandbox, { ...step, rounds }))
  }
  const [, middle, large] = steps
  return [
    ...sides.flatMap(({ side }) =>
      figures.map(({ figure, per = 1 }) => {
        const shown = (value) => (per === 1 ? value : Math.round(value / per))
        const rounds = large.rounds.map((round) => ({
          ours: shown(round[side][figure]),
          bare: shown(round.bare[figure]),
        }))
        return sidesOf(rounds)
      }),
    ),
    ...growing.map(({ figure }) => {
      return sidesOf([{ ours: more(steps, 2, figure), smaller: more(steps, 1, figure) }])
    }),
    ...counted.map(({ figure }) => {
      const rounds = large.changes.map((change, at) => ({
        ours: change[figure],
        smaller: middle.changes[at][figure],
      }))
      return sidesOf(rounds)
    }),
  ]
}

/** How much of a figure each service, or each tool, takes that a step has more than the one before. */
function more(steps, at, figure) {
  const value = (step) => median(steps[step].rounds.map((round) => round.pinned[figure]))
  const size = ({ services, tools }) => (figure === 'openCpu' ? services : services * tools)
  return (value(at) - value(at - 1)) / (size(STEPS[at]) - size(STEPS[at - 1]))
}
