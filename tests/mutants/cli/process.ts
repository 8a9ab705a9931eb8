import type { Mutant } from '../mutant.ts'

export const mutants: Mutant[] = [
  {
    name: 'with --json a second error follows the first one',
    file: 'apps/cli/src/process/process-host.ts',
    find: 'hasErrorDocument ||= text.startsWith(\'{"error":{"code":\')',
    replace: 'hasErrorDocument ||= false',
    suite: 'apps/cli/test/process-host.test.ts',
    test: 'the error of --json is known to have been told, and nothing else is taken for it',
  },
  {
    name: 'quick work shows what it waits for',
    file: 'apps/cli/src/process/status-line.ts',
    find: 'this.#wait(AFTER_MS)',
    replace: 'this.#wait(EVERY_MS)',
    suite: 'apps/cli/test/status-line.test.ts',
    test: 'what is over before 300 ms have passed shows nothing at all',
  },
  {
    name: 'what a server tells of its progress drives the terminal',
    file: 'apps/cli/src/process/status-line.ts',
    find: 'visibleLine(givenText(message).slice(0, MOST_CHARACTERS))',
    replace: 'givenText(message).slice(0, MOST_CHARACTERS)',
    suite: 'apps/cli/test/status-line.test.ts',
    test: 'it says',
  },
  {
    name: 'other output is written behind the line',
    file: 'apps/cli/src/process/process-host.ts',
    find: '      makeRoom(text)\n',
    replace: '',
    suite: 'apps/cli/test/status-line.test.ts',
    test: 'it makes room for other output on either stream, and comes again',
  },
  {
    name: 'watch runs on when nobody reads it',
    file: 'apps/cli/src/process/process-host.ts',
    find: 'if (stream === stdout) unread.abort()',
    replace: '',
    suite: 'apps/cli/test/process-host.test.ts',
    test: 'a reader that went away is told to who writes on and on',
  },
]
