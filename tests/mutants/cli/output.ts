import type { Mutant } from '../mutant.ts'

export const mutants: Mutant[] = [
  {
    name: 'marks that turn around what is read stand in JSON as they are',
    file: 'apps/cli/src/output/json.ts',
    find: '\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069]',
    replace: ']',
    suite: 'apps/cli/test/terminal-text.test.ts',
    test: 'reads back as exactly the same text, and holds no control character and no mark that reorders it',
  },
]
