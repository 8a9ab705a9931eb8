import type { Mutant } from '../mutant.ts'

export const mutants: Mutant[] = [
  {
    name: 'a write takes the place of one its writer had not seen',
    file: 'packages/storage/src/outbox/outbox.ts',
    find: 'filter((known) => covers(seen, known))',
    replace: 'filter(() => seen)',
    suite: 'packages/storage/test/outbox.test.ts',
    test: 'a write does not take the place of one its writer had not seen',
  },
  {
    name: 'what a run has counted is delivered under another name',
    file: 'packages/storage/src/outbox/deliver-counts.ts',
    find: 'await backend.count(share.node, share.cleared, share.totals)',
    replace: 'await backend.count(`${share.node}2`, share.cleared, share.totals)',
    suite: 'packages/storage/test/mirror.test.ts',
    test: 'what another process has delivered for a run that lives is not shown twice by it',
  },
  {
    name: 'what was delivered for runs is forgotten only once all of it is',
    file: 'packages/storage/src/outbox/deliver-counts.ts',
    find: 'if (refused.length === 0) mirror?.removeShare(share)',
    replace:
      'if (share === mirror?.shares().at(-1)) for (const one of mirror.shares()) mirror.removeShare(one)',
    suite: 'packages/storage/test/mirror.test.ts',
    test: 'what one of this machine had counted was in the totals twice as what another had was refused after it',
  },
  {
    name: 'what was delivered for a run is not forgotten',
    file: 'packages/storage/src/outbox/deliver-counts.ts',
    find: 'mirror?.removeShare(share)',
    replace: '',
    suite: 'packages/storage/test/mirror.test.ts',
    test: 'what a run that was killed has counted is delivered once, by whoever comes next',
  },
  {
    name: 'who never stops writing keeps counts from being sent',
    file: 'packages/storage/src/outbox/deliver-writes.ts',
    find: 'if (outbox.size > 0) await between()',
    replace: '',
    suite: 'packages/storage/test/deliver-writes.test.ts',
    test: 'who never stops writing has what was counted sent all the same',
  },
  {
    name: 'counts are sent before the config that they were counted under',
    file: 'packages/storage/src/outbox/deliver-counts.ts',
    find: '!outbox.holds(statsParent(counter))',
    replace: 'true',
    suite: 'packages/storage/test/deliver-writes.test.ts',
    test: 'what was counted waits for the config that it was counted under',
  },
]
