import type { Mutant } from '../mutant.ts'

export const mutants: Mutant[] = [
  {
    name: 'what nobody trusted is trusted once it was exported and imported',
    file: 'packages/core/src/transfer/import-dataspace.ts',
    find: 'if (untrusted === undefined || includeUntrusted)',
    replace: 'if (true)',
    suite: 'packages/core/test/transfer.test.ts',
    test: 'what nobody had trusted is not trusted for having been exported and imported',
  },
  {
    name: 'what differs from an export is replaced unasked',
    file: 'packages/core/src/transfer/import-dataspace.ts',
    find: 'if (isTaken && !isEqual && !replace)',
    replace: 'if (false)',
    suite: 'packages/core/test/transfer.test.ts',
    test: 'what differs stays, or is replaced where that is wanted; what is there besides stays anyhow',
  },
  {
    name: 'of an export with a wrong config the rest is imported',
    file: 'packages/core/src/transfer/read-document.ts',
    find: 'if (problems.length === 0) return',
    replace: 'if (true) return',
    suite: 'packages/core/test/transfer.test.ts',
    test: 'of one wrong config among sound ones nothing is imported',
  },
]
