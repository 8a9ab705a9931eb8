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
]
