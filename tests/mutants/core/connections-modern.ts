import type { Mutant } from '../mutant.ts'

export const mutants: Mutant[] = [
  {
    name: 'a call whose input was not sent has not begun',
    file: 'packages/core/src/connections/modern/dialect.ts',
    find: 'throw round === 0 ? cause',
    replace: 'throw round >= 0 ? cause',
    suite: 'packages/core/test/connections-begun-calls.test.ts',
    test: 'a call that had asked for input does not run again where its server takes no more of it',
  },
  {
    name: 'input is given for ever',
    file: 'packages/core/src/connections/modern/dialect.ts',
    find: 'if (round === MAX_ROUNDS)',
    replace: 'if (round === 10 * MAX_ROUNDS)',
    suite: 'packages/core/test/host-answers.test.ts',
    test: 'a server of 2026-07-28, over stdio that never has enough is given up after ten rounds',
  },
  {
    name: 'a call that was given up goes on at a server without sessions',
    file: 'packages/core/src/connections/modern/http-transport.ts',
    find: 'this.#open.get(id)?.abort()',
    replace: '',
    suite: 'packages/core/test/connections-eras.test.ts',
    test: 'a server that speaks 2026-07-28 only, over HTTP hears that a call was given up, and the next one works',
  },
]
