import { cannot } from '../../interleaved.mjs'
import { costsOfBare, costsOfOurs } from '../../redis/costs.mjs'
import { costsOfListAgain } from '../../redis/lists-again.mjs'
import { memoryOf } from '../../redis/memory.mjs'
import { withRedis } from '../../redis/with-redis.mjs'
import { sidesOf } from '../../statistics.mjs'

// What docs/capacity.md reckons with. Only the CPU times depend on the machine.

const MANY = { services: 200, tools: 50 }
const kinds = {
  Requests: { noun: 'requests', unit: 'requests' },
  Bytes: { noun: 'bytes, both ways', unit: 'B' },
  Cpu: { noun: 'CPU time of Redis', unit: 'ms' },
}
const operations = [
  ['put', ['Requests', 'Bytes', 'Cpu'], 'a put of a record of 150 bytes', '`HSET`'],
  ['bulk', ['Cpu'], 'each of 1,000 that are put together', '`HSET` in a pipeline'],
  ['seen', ['Requests', 'Bytes', 'Cpu'], 'a change, for each other process', '`HGETALL` after a message'],
  ['count', ['Requests', 'Bytes'], 'the statistics of a call', '`HINCRBY` of two counters'],
  ['countSeen', ['Requests', 'Bytes'], 'the same, for each other process', '`HGETALL`'],
  ['open', ['Requests', 'Bytes'], 'a dataspace of 1,000 records opened and closed', '`HGETALL` of each'],
  ['open', ['Cpu'], 'the same, for each record', '`HGETALL`'],
  ['beat', ['Bytes'], 'a sign of life', '`PING`'],
  ['beatOther', ['Bytes'], 'the same, more for each other process there is', undefined],
]
const measured = operations.flatMap(([name, several, what, bare]) =>
  several.map((kind) => {
    const { noun, unit } = kinds[kind]
    return { figure: name + kind, question: `${what}: ${noun}`, unit, bare }
  }),
)
const again = [
  ['asked', 'a list of 50 tools of 650 bytes that is fetched again and is the same'],
  ['heard', 'the same list, for each other process'],
].flatMap(([name, what]) =>
  ['Requests', 'Bytes'].map((kind) => {
    const { noun, unit } = kinds[kind]
    return { figure: name + kind, question: `${what}: ${noun}`, unit }
  }),
)
const kept = [
  { figure: 'config', question: 'a service: memory of Redis for its config and its place in the index' },
  { figure: 'list', question: 'the same for its list of 50 tools of 650 bytes, its head and its state' },
  { figure: 'again', question: 'the same for the mark that its list was the same when it was fetched again' },
  { figure: 'lookups', question: 'the same for the lookup keys of 50 tools that no other service has' },
]

export const needsRedis = true
export const scope = 'normal'

/** What is asked, in the order of the answers. */
export const questions = [
  ...measured.map(({ question, unit, bare = 'nothing' }) => asked(question, unit, `ioredis: ${bare}`)),
  ...again.map(({ question, unit }) => {
    return { question, unit, comparedWith: { changed: { name: 'a list that is another one' } } }
  }),
  ...kept.map(({ question }) => asked(question, 'B', 'a hash with the same JSON')),
]

export async function run(sandbox) {
  const [ours, bare] = [await withRedis(sandbox, costsOfOurs), await withRedis(sandbox, costsOfBare)]
  const lists = (names) =>
    withRedis(sandbox, (redis) => costsOfListAgain(redis, sandbox, { tools: MANY.tools, names }))
  const [same, changed] = [await lists('own'), await lists('same')]
  const memory = await withRedis(sandbox, (redis) => memoryOf(redis, sandbox, MANY))
  return [
    ...measured.map(({ figure }) => sides(ours[figure], bare[figure])),
    ...again.map(({ figure }) => sidesOf([{ ours: same[figure], changed: changed[figure] }])),
    ...kept.map(({ figure }) => sides(memory.ours[figure], memory.bare[figure])),
  ]
}

function asked(question, unit, name) {
  return { question, unit, comparedWith: { ioredis: { name } } }
}

function sides(ours, ioredis) {
  if (ioredis === undefined) return { ...sidesOf([{ ours }]), ioredis: cannot('it has no such thing') }
  return sidesOf([{ ours, ioredis }])
}
