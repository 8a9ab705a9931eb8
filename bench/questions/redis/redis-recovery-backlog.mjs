import { cannot } from '../../interleaved.mjs'
import { recoveries } from '../../redis/recovery.mjs'
import { median, sidesOf } from '../../statistics.mjs'
import { atMost } from '../../targets.mjs'

// How long a recovery takes, by how much waits; what waits for a file that keeps it (a mirror) with it.
const BACKLOGS = [0, 100, 1000, 10_000, 50_000]
const ROUNDS = { quick: 5, normal: 5, full: 3 }
const LARGEST = { quick: 1000, normal: 10_000, full: 50_000 }
const IN_A_MIRROR = [1000, 10_000]
/** From how many to how many, beside the step before: what one more takes must not grow. */
const STEPS = [
  { from: 1000, to: 10_000, before: 100 },
  { from: 10_000, to: 50_000, before: 1000 },
]

const cases = [
  ...BACKLOGS.map((waiting) => ({ name: String(waiting), waiting, how: '' })),
  ...IN_A_MIRROR.map((waiting) => ({ name: `${waiting} kept`, waiting, how: ', kept in a mirror' })),
]
const inWords = (count) => count.toLocaleString('en')

export const needsRedis = true
export const scope = 'normal'

/** What is asked, in the order of the answers. */
export const questions = [
  ...cases.map(({ waiting, how }) => ({
    question: `come back with 1,000 records and ${inWords(waiting)} waiting writes${how}`,
    comparedWith: { ioredis: { name: 'ioredis: connect, read, write the same' } },
  })),
  ...STEPS.map(({ from, to, before }) => ({
    question: `what each waiting write more takes, from ${inWords(from)} to ${inWords(to)}`,
    comparedWith: { smaller: { name: `from ${inWords(before)} to ${inWords(from)}`, target: atMost(1.5) } },
  })),
]

export async function run(sandbox) {
  const largest = LARGEST[sandbox.scope]
  const chosen = cases.filter(({ waiting }) => waiting <= largest)
  const wanted = chosen.map(({ name, waiting, how }) => {
    return [name, { waiting, ...(how && { mirror: sandbox.folder('mirrors') }) }]
  })
  const sides = await recoveries(sandbox, Object.fromEntries(wanted), {
    rounds: ROUNDS[sandbox.scope],
    warmUps: 1,
  })
  const tooLarge = {
    ours: cannot('measured with a larger scope'),
    ioredis: cannot('measured with a larger scope'),
  }
  return [
    ...cases.map(({ name }) =>
      sides[`ours ${name}`] ? { ours: sides[`ours ${name}`], ioredis: sides[`ioredis ${name}`] } : tooLarge,
    ),
    ...STEPS.map(({ from, to, before }) => {
      if (to > largest) return { ours: tooLarge.ours, smaller: tooLarge.ours }
      return sidesOf([{ ours: more(sides, from, to), smaller: more(sides, before, from) }])
    }),
  ]
}

/** How many ms each write more takes. */
function more(sides, from, to) {
  const took = (waiting) => median(sides[`ours ${waiting}`].values)
  return (took(to) - took(from)) / (to - from)
}
