import type { Mutant } from '../mutant.ts'

export const mutants: Mutant[] = [
  {
    name: 'a secret of the config is kept in the log',
    file: 'packages/core/src/logs/service-log.ts',
    find: 'redactText(text, this.#secrets)',
    replace: 'text',
    suite: 'packages/core/test/service-log.test.ts',
    test: 'a secret that comes in pieces is hidden',
  },
  {
    name: 'a removed service is kept a log of',
    file: 'packages/core/src/logs/log-file.ts',
    find: 'if (this.#options.isWanted()) await this.#append(text)',
    replace: 'await this.#append(text)',
    suite: 'packages/core/test/service-logs.test.ts',
    test: 'of a service that was removed nothing is kept any more, though its server still speaks',
  },
  {
    name: 'a flood waits in memory',
    file: 'packages/core/src/logs/log-file.ts',
    find: 'return this.#characters > MOST_WAITING',
    replace: 'return false',
    suite: 'packages/core/test/service-logs.test.ts',
    test: 'a flood is left out and counted, and the way it ended is kept',
  },
  {
    name: 'a log grows without an end',
    file: 'packages/core/src/logs/log-file.ts',
    find: 'if (sizeOf(this.path) + bytes.length > MOST_BYTES) await this.#putAside(bytes.length)',
    replace: '',
    suite: 'packages/core/test/service-log.test.ts',
    test: 'two files of bounded size, and whoever reads on misses nothing',
  },
]
