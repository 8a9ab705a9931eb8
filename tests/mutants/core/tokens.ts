import type { Mutant } from '../mutant.ts'

export const mutants: Mutant[] = [
  {
    name: 'tokens of a user go to another address',
    file: 'packages/core/src/tokens/kept-tokens.ts',
    find: 'return new TokenFile(join(this.folder, `${prefixOf(question)}${hashOf(question.url)}.json`), question.url)',
    replace: "return new TokenFile(join(this.folder, `${prefixOf(question)}x.json`), 'x')",
    suite: 'packages/core/test/sign-in.test.ts',
    test: 'a token goes to the address that it is for, whatever a service elsewhere is called',
  },
  {
    name: 'a client that was given is forgotten with tokens that are refused',
    file: 'packages/core/src/tokens/kept-provider.ts',
    find: 'await this.#file.removeTokens()',
    replace: 'this.#file.remove()',
    suite: 'packages/core/test/sign-in.test.ts',
    test: 'the client that was given serves again after its tokens were refused for good, and is forgotten by signing out',
  },
  {
    name: 'processes that share tokens renew them without a lock',
    file: 'packages/core/src/tokens/kept-provider.ts',
    find: 'return this.#file.alone(renew)',
    replace: 'return renew()',
    suite: 'packages/core/test/sign-in.test.ts',
    test: 'several who share an expired token renew it once',
  },
  {
    name: 'whoever comes back to the port is taken for the user',
    file: 'packages/core/src/tokens/loopback.ts',
    find: "if (!this.#wait || said.get('state') !== this.#wait.state) return false",
    replace: 'if (!this.#wait) return false',
    suite: 'packages/core/test/sign-in.test.ts',
    test: 'who comes back from another sign-in is turned away, and the right one is still waited for',
  },
  {
    name: 'the port that was given for a client is forgotten',
    file: 'packages/core/src/tokens/sign-in.ts',
    find: 'isTheSame ? before.callbackPort : undefined',
    replace: 'undefined',
    suite: 'packages/core/test/sign-in.test.ts',
    test: 'the port that was given for a client serves again for it, until another one is given',
  },
  {
    name: 'a stranger is signed in to',
    file: 'packages/core/src/tokens/sign-in.ts',
    find: 'if (!house.gate.isTrusted(service)) throw untrusted(service)',
    replace: '',
    suite: 'packages/core/test/sign-in.test.ts',
    test: 'the address of a stranger gets no token: trust comes first',
  },
]
