import type { Mutant } from '../mutant.ts'

export const mutants: Mutant[] = [
  {
    name: 'a call whose answer cannot be written is not said to have been made',
    file: 'apps/cli/src/commands/use-tool.ts',
    find: '    context.noteAnswer()\n',
    replace: '',
    suite: 'apps/cli/test/lost-output.test.ts',
    test: 'only a tool that answered is told to have been called (call s/t)',
  },
  {
    name: 'a call that was under way when it was interrupted is said not to have been made',
    file: 'apps/cli/src/commands/use-tool.ts',
    find: '      sending()\n',
    replace: '',
    suite: 'apps/cli/test/interruption.test.ts',
    test: 'an interrupted call says whether the tool may have run, also while it says nothing itself (useTool)',
  },
]
