import type { Mutant } from '../mutant.ts'

export const mutants: Mutant[] = [
  {
    name: 'only the process itself is ended, not its group',
    file: 'packages/core/src/connections/stdio/process-group.ts',
    find: 'process.kill(-this.#child.pid!, signal)',
    replace: 'process.kill(this.#child.pid!, signal)',
    suite: 'packages/core/test/connections-stdio.test.ts',
    test: 'the process group of a stdio server is gone after close() although nobody in it reacts to the end of stdin or to SIGTERM',
  },
  {
    name: 'a server outlives a host that is killed',
    file: 'packages/core/src/connections/stdio/process-group.ts',
    find: 'guard.add(child.pid!)',
    replace: '',
    suite: 'packages/core/test/connections-host-death.test.ts',
    test: 'when the host process ends by SIGKILL, even a stubborn server is gone with its grandchild, and nothing else is left',
  },
  {
    name: 'a server is no group of its own',
    file: 'packages/core/src/connections/stdio/process-group.ts',
    find: 'detached: !windows,',
    replace: 'detached: false,',
    suite: 'packages/core/test/connections-stdio.test.ts',
    test: 'the process group of a stdio server is a group of its own, and gone after close()',
  },
  {
    name: 'the guard stays when there is nothing to guard',
    file: 'packages/core/src/connections/stdio/guard.ts',
    find: 'this.#shell?.stdin?.end()',
    replace: '',
    suite: 'packages/core/test/connections-process-counts.test.ts',
    test: '100 opens and closes leave no process, and have had no more than they needed',
  },
  {
    name: 'of a server that takes no input nobody waits for what it said',
    file: 'packages/core/src/connections/stdio/transport.ts',
    find: 'if (this.#takesNoInput) await settledWithin(2 * DRAIN_MS, this.#gone)',
    replace: '',
    suite: 'packages/core/test/connections-busy-host.test.ts',
    test: 'what a server said before it died was not heard by a host that was busy meanwhile, and then wrote to it',
  },
  {
    name: 'a server that can say nothing any more is waited for',
    file: 'packages/core/src/connections/stdio/transport.ts',
    find: "child.stdout.once('end', () => void this.#silenced())",
    replace: '',
    suite: 'packages/core/test/connections-stdio.test.ts',
    test: 'a call waited for the answer of a server that had closed its stdout',
  },
]
