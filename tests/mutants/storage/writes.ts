import type { Mutant } from '../mutant.ts'

export const mutants: Mutant[] = [
  {
    name: 'who writes the very same as somebody quicker is told of a conflict',
    file: 'packages/storage/src/writes/put-kept.ts',
    find: "if (isEqual) return { status: 'unchanged' as const, durable: parts.backend.durable }",
    replace: '',
    suite: 'packages/storage/test/dataspace.test.ts',
    test: 'two who write the very same unseen are both told so, and what differs is outdated (fallback)',
  },
  {
    name: 'a write that was not acknowledged is told to be durable',
    file: 'packages/storage/src/writes/put-kept.ts',
    find: "if (unsure) return { status, durable: 'memory' }",
    replace: '',
    suite: 'packages/storage/test/sqlite.test.ts',
    test: 'a file that another process has locked: reads work, the write is told to be in memory, and fits later',
  },
  {
    name: 'a write waits for as long as another that has just waited in vain',
    file: 'packages/storage/src/writes/put-kept.ts',
    find: 'outbox.release()',
    replace: '',
    suite: 'packages/storage/test/dataspace.test.ts',
    test: 'a write waited for as long as another although that one had just waited in vain',
  },
  {
    name: 'what began earlier takes the place of what began later',
    file: 'packages/storage/src/writes/author.ts',
    find: 'if (current && !supersedes(record, current, clock.now()))',
    replace: 'if (false)',
    suite: 'packages/storage/test/dataspace.test.ts',
    test: 'what began to be found out earlier never takes the place of what began later, unsent or not',
  },
  {
    name: 'a compare-and-set waits for the server and is sent later',
    file: 'packages/storage/src/writes/put-if.ts',
    find: 'const record = author.stamped(put)',
    replace: `const record = author.stamped(put)
      if (!parts.health.hopeful) {
        parts.outbox.add({ record, if: condition })
        return { status: 'written', stamp: record.stamp, durable: 'memory' }
      }`,
    suite: 'tests/faults/outage.test.ts',
    test: 'what cannot wait is refused while the server is away, and nothing of it is sent later',
  },
  {
    name: 'a conditional write whose answer was lost is called undecided',
    file: 'packages/storage/src/writes/ask.ts',
    find: 'if (!error.unsure) throw undone(error)',
    replace: 'if (error) throw undone(error)',
    suite: 'tests/faults/outage.test.ts',
    test: 'what cannot wait and whose answer was lost was called not done though it was: it says that nobody can know',
  },
  {
    name: 'a write that was sent and could not be sent again was none',
    file: 'packages/storage/src/writes/ask.ts',
    find: 'if (error.unsure) unsure = error',
    replace: '',
    suite: 'packages/storage/test/dataspace.test.ts',
    test: 'a strict write that was sent, and met no connection when it was asked for again, is not said to be none',
  },
  {
    name: 'a clear that was not done the second time was none',
    file: 'packages/storage/src/writes/clear-now.ts',
    find: 'return clear().catch(() => {\n      throw thrown\n    })',
    replace: 'return clear()',
    suite: 'packages/storage/test/dataspace.test.ts',
    test: 'a clear that was done, and refused when it was asked for again, is not said to be none',
  },
  {
    name: 'a clear whose answer was lost is not asked for again',
    file: 'packages/storage/src/writes/clear-now.ts',
    find: 'if (!health.good) throw thrown',
    replace: 'throw thrown',
    suite: 'tests/faults/outage.test.ts',
    test: 'what cannot wait and whose answer was lost is no question for a clear, which is asked again, or told to be unknown when nobody answers',
  },
  {
    name: 'a write that was refused by itself says nothing of the backend',
    file: 'packages/storage/src/writes/ask.ts',
    find: 'if (thrown instanceof BackendError) link.failed(thrown)',
    replace: 'void link',
    suite: 'tests/faults/strict.test.ts',
    test: 'took a server that had just refused a write for a good one, until the next sign of life',
  },
  {
    name: 'a defect in a conditional write is taken for an outage',
    file: 'packages/storage/src/writes/ask.ts',
    find: 'if (thrown instanceof BackendError)',
    replace: '',
    suite: 'packages/storage/test/dataspace.test.ts',
    test: 'a defect in what a conditional write asked put the whole dataspace down',
  },
]
