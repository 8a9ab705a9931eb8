import type {
  Backend,
  Conflict,
  Counter,
  MergeReply,
  Page,
  Stamp,
  StoredRecord,
  Write,
} from '@mcpstore/storage'
import fc from 'fast-check'
import { formatStamp } from '../../src/records/stamp.ts'

export const START = 1_700_000_000_000

/** What a backend is asked for, at some time of the server's clock. */
export type Operation = { at: number } & (
  | { merge: Write[] }
  | { count: { node: string; cleared: Stamp; totals: Counter[] } }
  | { clear: Stamp }
)

const NODES = ['a', 'b', 'c'].map((letter) => letter.repeat(10))
const node = fc.constantFrom(...NODES)
const offset = fc.oneof(
  { weight: 20, arbitrary: fc.nat({ max: 40 }) },
  { weight: 1, arbitrary: fc.constantFrom(70_000, 3_600_000) },
)
const stamp = fc
  .tuple(offset, fc.nat({ max: 1 }), node)
  .map(([ms, counter, by]) => formatStamp(START + ms, counter, by))
const key = fc.constantFrom(
  ...[
    'services:a:config',
    'services:a:cache',
    'services:a:state',
    'services:b:config',
    'agents:x:services:a:config',
    'agents:x:services:a:cache',
    'agents:x:services:a:assignment',
  ],
)

const record = fc
  .record({
    key,
    json: fc.constantFrom('1', '2', '{"北京":"\\u0000"}', null),
    stamp,
    basis: fc.oneof({ weight: 3, arbitrary: fc.constant('') }, { weight: 2, arbitrary: stamp }),
    seen: fc.uniqueArray(stamp, { maxLength: 3, selector: (each) => each.slice(17) }),
    rev: fc.constant(0),
    expires: fc.oneof(
      { weight: 6, arbitrary: fc.constant(null) },
      fc.nat({ max: 60 }).map((ms) => START + ms),
    ),
  })
  // What was counted under a config that expired and was written again: only Redis starts anew.
  .map((each) => (each.key.endsWith(':config') ? { ...each, expires: null } : each))

const counter = fc.record({
  key: fc.constantFrom('tools:t:stats', 'tools:u:stats', 'agents:x:tools:t:stats'),
  field: fc.constantFrom('a:calls', 'a:errors', 'b:calls'),
  total: fc.integer({ min: 1, max: 9 }),
})
const totals = fc.uniqueArray(counter, {
  minLength: 1,
  maxLength: 3,
  selector: (each) => `${each.key} ${each.field}`,
})
const cleared = fc.oneof({ weight: 2, arbitrary: fc.constant('') }, stamp)

/** Who writes on a condition has seen what it names. */
function knowing(record: StoredRecord, condition: Stamp | 'absent'): StoredRecord {
  if (condition === 'absent') return record
  const others = record.seen.filter((seen) => seen.slice(17) !== condition.slice(17))
  return { ...record, seen: [condition, ...others] }
}

/** Requests with writes out of a few, for no two have the same stamp. */
const requests = fc
  .uniqueArray(record, { minLength: 2, maxLength: 12, selector: (each) => each.stamp })
  .chain((records) => {
    const condition = fc.oneof(fc.constantFrom('absent' as const, ...records.map((each) => each.stamp)))
    const write: fc.Arbitrary<Write> = fc
      .tuple(fc.constantFrom(...records), fc.option(condition, { freq: 6, nil: undefined }))
      .map(([each, own]) => (own === undefined ? { record: each } : { record: knowing(each, own), if: own }))
    const request = fc.oneof(
      { weight: 12, arbitrary: fc.record({ merge: fc.array(write, { minLength: 1, maxLength: 3 }) }) },
      { weight: 4, arbitrary: fc.record({ count: fc.record({ node, cleared, totals }) }) },
      { weight: 1, arbitrary: fc.record({ clear: stamp }) },
    )
    return fc.array(fc.tuple(request, offset), { minLength: 1, maxLength: 25 })
  })

/** Some requests, sent while the server's clock stands still, goes on, and now and then steps. */
export const operations: fc.Arbitrary<Operation[]> = requests.map((list) =>
  list.map(([each, ms]) => ({ ...each, at: START + ms }) as Operation),
)

/** What became of one request, in words that do not depend on the backend. */
export async function perform(backend: Backend, operation: Operation): Promise<unknown> {
  if ('merge' in operation)
    return (await backend.merge(operation.merge)).map((reply, at) => said(operation.merge[at]!, reply))
  if ('clear' in operation) return (await backend.clear(operation.clear)).cleared
  const { node: by, cleared: under, totals: sent } = operation.count
  return (await backend.count(by, under, sent)).counted
}

/** All that a backend has, but for what is left out. */
export async function stateOf(backend: Backend, without: readonly string[]): Promise<unknown> {
  const page: Page = await backend.pull(0)
  const all = {
    cleared: page.cleared,
    records: sorted(page.records.map(({ rev: _, ...rest }) => rest)),
    counters: sorted(page.counters.map(({ key: own, field, total }) => ({ key: own, field, total }))),
    conflicts: sorted(await backend.conflicts()),
  }
  return Object.fromEntries(Object.entries(all).filter(([name]) => !without.includes(name)))
}

function said({ record: own }: Write, { verdict, current }: MergeReply): unknown {
  // What a clear has killed may lie there still or not; a stamp from the future is refused before anything is looked for.
  if (!current || verdict === 'cleared' || verdict === 'future' || current.stamp === own.stamp) return verdict
  const { rev: _, ...rest } = current
  return { verdict, current: rest }
}

function sorted(items: readonly (object | Conflict)[]): string[] {
  return items.map((item) => JSON.stringify(item, Object.keys(flat(item)).sort())).sort()
}

/** Every name in an object and in those it holds. */
function flat(item: object): Record<string, true> {
  const names: Record<string, true> = {}
  JSON.stringify(item, (name, value) => {
    names[name] = true
    return value
  })
  return names
}
