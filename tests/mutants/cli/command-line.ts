import type { Mutant } from '../mutant.ts'

export const mutants: Mutant[] = [
  {
    name: 'a secret that is set to nothing is none',
    file: 'apps/cli/src/command-line/secret.ts',
    find: "if (env[variable]?.trim() === '') throw",
    replace: "if (env[variable]?.trim() === 'nothing') throw",
    suite: 'apps/cli/test/secret.test.ts',
    test: 'MCPSTORE_SECRET is empty: refused before anything is opened, with what to do',
  },
  {
    name: 'a secret in a file that others may read is nothing to speak of',
    file: 'apps/cli/src/command-line/secret-warnings.ts',
    find: '(stat.mode & OTHERS_MAY_READ) !== 0',
    replace: '(stat.mode & OTHERS_MAY_READ) > 0o777',
    suite: 'apps/cli/test/secret.test.ts',
    test: 'in a file that others may read is warned about, with the command that ends it',
  },
]
