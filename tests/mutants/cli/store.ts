import type { Mutant } from '../mutant.ts'

export const mutants: Mutant[] = [
  {
    name: 'the line of interrupted work stays',
    file: 'apps/cli/src/store/store-session.ts',
    find: "signal.addEventListener('abort', end, { once: true })",
    replace: '',
    suite: 'apps/cli/test/status-line.test.ts',
    test: 'interrupted it says no more, and with --json never',
  },
  {
    name: 'a status is told again as it grows older',
    file: 'apps/cli/src/store/watched-status.ts',
    find: '{ ...statusDocument(now), staleMs: null }',
    replace: '{ ...statusDocument(now) }',
    suite: 'apps/cli/test/watched-status.test.ts',
    test: 'what is the same, and what is on its way, is not told',
  },
  {
    name: 'one failed attempt is told as a status',
    file: 'apps/cli/src/store/watched-status.ts',
    find: '&& !isPassing(now)',
    replace: '',
    suite: 'apps/cli/test/watched-status.test.ts',
    test: 'what is the same, and what is on its way, is not told',
  },
  {
    name: 'what Redis refused is said to be sent later',
    file: 'apps/cli/src/store/durability.ts',
    find: 'parked.findLast(isRecord)',
    replace: 'undefined as (typeof parked)[number] | undefined',
    suite: 'apps/cli/test/outage.test.ts',
    test: 'a change that Redis refused names the key, and is not said to be sent later',
  },
]
