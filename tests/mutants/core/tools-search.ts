import type { Mutant } from '../mutant.ts'

export const mutants: Mutant[] = [
  {
    name: 'a search tells names from descriptions no more',
    file: 'packages/core/src/tools/search/search-words.ts',
    find: 'places += place',
    replace: '',
    suite: 'packages/core/test/search.test.ts',
    test: 'names come before descriptions, and these before schemas; nobody is asked',
  },
  {
    name: 'a search finds what an agent may not use',
    file: 'packages/core/src/tools/search/search-tools.ts',
    find: 'hits.has(name) || (grant && !isAllowed(grant, name))',
    replace: 'hits.has(name)',
    suite: 'packages/core/test/search.test.ts',
    test: 'only the best are given, and how many there are; of one service, and of an agent, only its own',
  },
]
