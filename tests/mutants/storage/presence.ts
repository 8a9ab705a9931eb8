import type { Mutant } from '../mutant.ts'

export const mutants: Mutant[] = [
  {
    name: 'when a process started moves with the clock of its machine',
    file: 'packages/storage/src/presence/presence.ts',
    find: 'this.#isServerTime = true',
    replace: 'this.#startedAt = started - clock.offset',
    suite: 'packages/storage/test/presence.test.ts',
    test: 'when a process had started was another moment after the clock of its machine was set',
  },
  {
    name: 'a process is told to be here that does not run any more',
    file: 'packages/storage/src/presence/presence.ts',
    find: 'return !ended && ',
    replace: 'return ',
    suite: 'packages/storage/test/presence.test.ts',
    test: 'a process of this machine that does not run is gone at once; elsewhere the same number says nothing',
  },
  {
    name: 'who is silent for ever is here for ever',
    file: 'packages/storage/src/presence/presence.ts',
    find: 'this.#options.clock.now() - last <= MISSED_BEATS * (beatMs ?? DEFAULT_BEAT_MS)',
    replace: 'last > 0',
    suite: 'packages/storage/test/presence.test.ts',
    test: 'who has missed three beats is gone, is forgotten after a day, and stays away when it left',
  },
]
