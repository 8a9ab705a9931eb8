import type { Mutant } from '../mutant.ts'

export const mutants: Mutant[] = [
  {
    name: 'a list is read without a live config',
    file: 'packages/storage/src/replica/replica.ts',
    find: 'return slot.parent !== undefined && !isLive(this.record(slot.parent), now) ? undefined : slot',
    replace: 'return slot',
    suite: 'packages/storage/test/dataspace.test.ts',
    test: 'a list without a live config is not read, even before the backend could refuse it',
  },
  {
    name: 'what was never read is known',
    file: 'packages/storage/src/replica/knowledge.ts',
    find: 'if (!mirror || mirror.problem) return false',
    replace: 'if (mirror) return true',
    suite: 'packages/storage/test/mirror.test.ts',
    test: 'what a mirror tells a removal of was called unknown once nothing of it was left',
  },
  {
    name: 'what was only shown stays',
    file: 'packages/storage/src/replica/values.ts',
    find: 'return read.stamp === known?.stamp && recordProblem(read) === undefined',
    replace: 'return false',
    suite: 'packages/storage/test/heads.test.ts',
    test: 'who looks through values is shown them, and only what is another one by then stays',
  },
]
