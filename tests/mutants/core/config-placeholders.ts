import type { Mutant } from '../mutant.ts'

export const mutants: Mutant[] = [
  {
    name: 'a variable of another client is left as it was written',
    file: 'packages/core/src/config/placeholders/foreign-placeholders.ts',
    find: "if (kind === 'env' && /^[A-Za-z_]\\w*$/.test(name)) return `\\${${name}}`",
    replace: '',
    suite: 'packages/core/test/dialects/cursor.test.ts',
    test: 'Cursor: its file is read',
  },
]
