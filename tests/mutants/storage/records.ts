import type { Mutant } from '../mutant.ts'

export const mutants: Mutant[] = [
  {
    name: 'a record from the future can never be replaced',
    file: 'packages/storage/src/records/record.ts',
    find: 'return outranks(write, stored) || (isStray(stored, now) && covers(write.seen, stored.stamp))',
    replace: 'return outranks(write, stored)',
    suite: 'packages/storage/test/dataspace.test.ts',
    test: 'after the clock stepped back a running process still changes and deletes what it wrote before',
  },
  {
    name: 'counters of an agent live under the store’s config',
    file: 'packages/storage/src/records/keyspace.ts',
    find: "const [scope = ''] = /^agents:[^:]+:/.exec(key) ?? []",
    replace: 'const scope = key.slice(0, 0)',
    suite: 'packages/storage/test/conformance.test.ts',
    test: "the memory backend 'services of one name in two scopes ha…'",
  },
  {
    name: 'nobody is told whose assignment was replaced unseen',
    file: 'packages/storage/src/records/keyspace.ts',
    find: " || key.endsWith(':assignment')",
    replace: '',
    suite: 'packages/storage/test/conformance.test.ts',
    test: "the memory backend 'an assignment that was overtaken unse…'",
  },
]
