import type { Mutant } from '../mutant.ts'

export const mutants: Mutant[] = [
  {
    name: 'one bad file hides the others',
    file: 'packages/core/src/clients/find-files.ts',
    find: 'if (error instanceof McpStoreError) return { client, place, read: error as McpStoreError<ErrorCode> }',
    replace: '',
    suite: 'packages/core/test/find-configs.test.ts',
    test: 'one bad file hides no other',
  },
  {
    name: 'settings are written over',
    file: 'packages/core/src/clients/export-for.ts',
    find: "if (over.trim() !== '') await refuseLoss(over, document, client!)",
    replace: '',
    suite: 'packages/core/test/find-configs.test.ts',
    test: 'what holds more than services is not to be written over',
  },
  {
    name: 'a stranger is written for another client',
    file: 'packages/core/src/clients/export-for.ts',
    find: 'gate.whyInert(service) === null',
    replace: 'true',
    suite: 'packages/core/test/find-configs.test.ts',
    test: 'what a stranger put into a shared dataspace is not written for another client, nor is anything filled in',
  },
  {
    name: 'what was refused elsewhere is added enabled',
    file: 'packages/core/src/clients/switched-off.ts',
    find: 'client.switches?.isOff(name, value, place) === true',
    replace: 'false && value && name && place && client',
    suite: 'packages/core/test/find-configs.test.ts',
    test: 'what was refused or switched off in Claude Code is found disabled',
  },
]
