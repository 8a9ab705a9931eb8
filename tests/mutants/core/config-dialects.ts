import type { Mutant } from '../mutant.ts'

export const mutants: Mutant[] = [
  {
    name: 'the default of a password goes along',
    file: 'packages/core/src/config/dialects/vscode.ts',
    find: "own(one, 'password') !== true && ",
    replace: '',
    suite: 'packages/core/test/dialects/vscode.test.ts',
    test: 'VS Code: its file is read',
  },
  {
    name: 'what is sealed is written for another client',
    file: 'packages/core/src/config/dialects/wording.ts',
    find: "if (holdsSealed(value)) return { why: 'is sealed' }",
    replace: '',
    suite: 'packages/core/test/dialects/cursor.test.ts',
    test: 'Cursor: everything is written in its words, and what it has none for is named',
  },
]
