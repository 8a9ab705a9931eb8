import type { Mutant } from '../mutant.ts'

export const mutants: Mutant[] = [
  {
    name: 'what is due comes before what has arrived',
    file: 'packages/storage/src/time.ts',
    find: 'immediate = setImmediate(task)',
    replace: 'task()',
    suite: 'packages/storage/test/redis-session.test.ts',
    test: 'a connection that worked is not taken for silent by a process that stood still while the answer came',
  },
]
