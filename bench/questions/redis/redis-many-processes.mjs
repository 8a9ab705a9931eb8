import { measureManyProcesses } from '../../redis/many-processes.mjs'
import { sidesOf } from '../../statistics.mjs'
import { atMost } from '../../targets.mjs'

const COUNTS = [1, 5, 20]
const SIZES = { normal: { services: 100, tools: 50 }, full: { services: 1000, tools: 50 } }
const MB = 1024 * 1024

/** Of each process: more processes must not make it more, but for what they take from each other on the machine: see the bare ones. */
const figures = [
  {
    what: 'CPU time of each of 20 processes that open a dataspace at once and list all tools',
    of: ({ cpu }) => cpu,
    target: 1.5,
  },
  {
    what: 'CPU time of each of 20 bare processes (ioredis, `JSON.parse`) that read the same',
    of: ({ bareCpu }) => bareCpu,
  },
  { what: 'memory (RSS) of each by then', of: ({ rss }) => Math.round(rss / MB), unit: 'MB', target: 1.1 },
  {
    what: 'requests of each after a change of one list',
    of: ({ requests }) => requests,
    unit: 'requests',
    target: 1.01,
  },
  { what: 'bytes of each then, both ways', of: ({ bytes }) => Math.round(bytes), unit: 'B', target: 1.01 },
]

export const needsRedis = true
export const scope = 'normal'

/** What is asked, in the order of the answers. */
export const questions = figures.map(({ what, unit, target }) => ({
  question: `100 services with 50 tools (1,000 with --full): ${what}`,
  unit,
  comparedWith: {
    alone: { name: 'of one alone', target: target && atMost(target) },
    five: { name: 'of 5', target: target && atMost(target) },
  },
}))

export async function run(sandbox) {
  const size = SIZES[sandbox.scope] ?? SIZES.normal
  const found = await measureManyProcesses(sandbox, { ...size, counts: COUNTS })
  const [alone, five, twenty] = COUNTS.map((count) => found[count])
  return figures.map(({ of }) => sidesOf([{ ours: of(twenty), alone: of(alone), five: of(five) }]))
}
