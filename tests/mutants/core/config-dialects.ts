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
  {
    name: 'a client without a word for the folder starts a service elsewhere',
    file: 'packages/core/src/config/dialects/wording.ts',
    find: "!can('cwd') && dependsOnFolder(config) ? config.cwd : undefined",
    replace: 'undefined as string | undefined',
    suite: 'packages/core/test/dialects/in-folder.test.ts',
    test: "'cursor': starts the same program in the same folder",
  },
  {
    name: 'a command below its folder is written as it stands',
    file: 'packages/core/src/config/dialects/wording.ts',
    find: "must(wholeCommand(config), 'command')",
    replace: "must(config.command, 'command')",
    suite: 'packages/core/test/dialects/in-folder.test.ts',
    test: "'zed': finds its command from everywhere",
  },
]
