import type { Mutant } from '../mutant.ts'

export const mutants: Mutant[] = [
  {
    name: 'arguments are not checked before the call',
    file: 'packages/core/src/tools/calls/check-arguments.ts',
    find: 'if (problems.length === 0) return',
    replace: 'return',
    suite: 'packages/core/test/store-tools.test.ts',
    test: 'arguments that break the schema are refused by name before anything is started',
  },
  {
    name: 'a call that waits its turn is sent after its caller gave up',
    file: 'packages/core/src/tools/calls/turns.ts',
    find: 'throw deadline.failure(what) ?? error',
    replace: 'await turn',
    suite: 'packages/core/test/store-call-limits.test.ts',
    test: 'who gives up while waiting was never sent, and holds up nobody',
  },
  {
    name: 'there is no limit to the calls of a service',
    file: 'packages/core/src/tools/calls/turns.ts',
    find: 'if (queue.active < this.#limit) queue.active++',
    replace: 'if (queue) queue.active++',
    suite: 'packages/core/test/store-call-limits.test.ts',
    test: 'no more calls of a service than its limit are under way, the others follow in order',
  },
  {
    name: 'a turn that is handed to who gives up in that moment is lost',
    file: 'packages/core/src/tools/calls/turns.ts',
    find: 'if (queue.waiting.delete(takeTurn)) throw',
    replace: 'queue.waiting.delete(takeTurn); throw',
    suite: 'packages/core/test/tool-turns.test.ts',
    test: 'who gives up in the moment in which it is his turn does not take it with him',
  },
  {
    name: 'a call that was turned away is counted',
    file: 'packages/core/src/tools/calls/call.ts',
    find: 'if (isUnsent(thrown)) count = undefined',
    replace: '',
    suite: 'packages/core/test/tool-statistics.test.ts',
    test: 'a call that is turned away after connecting was not sent',
  },
  {
    name: 'of a call that was given up the end of the store is told',
    file: 'packages/core/src/tools/calls/call.ts',
    find: '(signal?.aborted || !house.closed)',
    replace: '!house.closed',
    suite: 'packages/core/test/store-calls.test.ts',
    test: 'of a call that was given up while its service was connected it was said that the store ended it',
  },
]
