import type { Mutant } from '../mutant.ts'

export const mutants: Mutant[] = [
  {
    name: 'a shell takes a name for a home',
    file: 'packages/core/src/config/shell-words.ts',
    find: 'const plain = /^[\\w@%+:,./-]',
    replace: 'const plain = /^[\\w~@%+:,./-]',
    suite: 'packages/core/test/shell-words.test.ts',
    test: 'bash reads back what is written for it',
  },
  {
    name: 'without an end a placeholder is a text',
    file: 'packages/core/src/config/normalise.ts',
    find: 'if (kinds.has(target)) problems.push',
    replace: 'if (!target) problems.push',
    suite: 'packages/core/test/config-normalise.test.ts',
    test: "serverUrl: 'https://${HOST/mcp'",
  },
]
