import type { Mutant } from '../mutant.ts'

export const mutants: Mutant[] = [
  {
    name: 'a host hears of any address that it was never asked about',
    file: 'packages/core/src/host/elicitations.ts',
    find: '|| !this.#open.delete(keyOf(params, { service, scope }))',
    replace: '',
    suite: 'packages/core/test/host-answers.test.ts',
    test: 'a server with a handshake, over stdio that says that the user is done at an address is heard by nobody',
  },
  {
    name: 'a server asks in a mode that the host did not declare',
    file: 'packages/core/src/host/elicitations.ts',
    find: "if (mode === 'url' && url) {",
    replace: 'if (url) {',
    suite: 'packages/core/test/host-answers.test.ts',
    test: 'a server with a handshake, over stdio may send the user to an address where the host says that it can, and only there',
  },
  {
    name: 'a server is told that it may ask for what nobody answers',
    file: 'packages/core/src/host/host.ts',
    find: '...(this.#elicitations && { elicitation: this.#elicitations.modes }),',
    replace: 'elicitation: { form: {} },',
    suite: 'packages/core/test/host-answers.test.ts',
    test: 'a server with a handshake, over stdio is told of nothing that is not given, and gets "method not found" where it asks all the same',
  },
]
