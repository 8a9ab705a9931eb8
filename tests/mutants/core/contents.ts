import type { Mutant } from '../mutant.ts'

export const mutants: Mutant[] = [
  {
    name: 'for a mistyped service of a prompt all are started',
    file: 'packages/core/src/contents/prompts.ts',
    find: 'filter((one) => !isSlipped || isKnownToOffer(house, one))',
    replace: 'filter((one) => isSlipped || one)',
    suite: 'packages/core/test/mistyped-names.test.ts',
    test: 'for a service that was not there every service without a list was started',
  },
  {
    name: 'a server chooses an option of a suggested command',
    file: 'packages/core/src/contents/prompt-arguments.ts',
    find: '/^[^-=][^=]*$/.test(name)',
    replace: '/^[^=]+$/.test(name)',
    suite: 'packages/core/test/contents.test.ts',
    test: 'a server chose options of the command that was suggested, and how long the hint is',
  },
  {
    name: 'a prompt with a slash in its name is taken for a slip',
    file: 'packages/core/src/contents/prompts.ts',
    find: 'filter((one) => !isSlipped || isKnownToOffer(house, one))',
    replace: 'filter(() => !isSlipped)',
    suite: 'packages/core/test/contents.test.ts',
    test: 'a prompt with a slash in its name was taken for a slip of a service that is called nearly so',
  },
  {
    name: 'a server without the capability is asked',
    file: 'packages/core/src/contents/listings.ts',
    find: 'if (!connection.server.capabilities[listing.capability]) return nothing',
    replace: '',
    suite: 'packages/core/test/contents.test.ts',
    test: 'a server without the capability is not asked, nor started while that is known',
  },
  {
    name: 'a prompt is asked for without what it needs',
    file: 'packages/core/src/contents/prompts.ts',
    find: 'if (misfit) throw misfit',
    replace: '',
    suite: 'packages/core/test/contents.test.ts',
    test: 'a prompt was asked for without what it needs, where its server does not mind',
  },
]
