import type { Mutant } from '../mutant.ts'

export const mutants: Mutant[] = [
  {
    name: 'doctor looks into services of strangers',
    file: 'packages/core/src/faults/inspect-services.ts',
    find: 'if (gate.isInert(service)) return []',
    replace: '',
    suite: 'packages/core/test/service-faults.test.ts',
    test: 'of what strangers wrote nothing is looked into, and no address is connected to',
  },
  {
    name: 'doctor connects to addresses of strangers',
    file: 'packages/core/src/faults/inspect-services.ts',
    find: 'if (!gate.isTrusted(service)) {',
    replace: 'if (!gate) {',
    suite: 'packages/core/test/service-faults.test.ts',
    test: 'of what strangers wrote nothing is looked into, and no address is connected to',
  },
  {
    name: 'doctor looks for commands on the PATH of the host',
    file: 'packages/core/src/faults/program-faults.ts',
    find: 'serverEnvironment(env))',
    replace: 'serverEnvironment())',
    suite: 'packages/core/test/service-faults.test.ts',
    test: 'a command is looked for on the PATH that its server has, from an envFile too',
  },
  {
    name: 'doctor shows what was filled in',
    file: 'packages/core/src/faults/program-faults.ts',
    find: "quotedPath(shown.args?.[at] ?? '')",
    replace: 'quotedPath(path)',
    suite: 'packages/core/test/service-faults.test.ts',
    test: 'what was filled in is not shown',
  },
  {
    name: 'a silent address is waited for without an end',
    file: 'packages/core/src/faults/address-fault.ts',
    find: "setTimeout(end, LOOK_MS, 'silent')",
    replace: "setTimeout(end, 100 * LOOK_MS, 'silent')",
    suite: 'packages/core/test/service-faults.test.ts',
    test: 'an address that stays silent is given up',
  },
  {
    name: 'a command is to be installed which the PATH of its config does not lead to',
    file: 'packages/core/src/faults/remedies.ts',
    find: "env['PATH'] !== undefined && isOnOwnPath(command)",
    replace: "env['PATH'] === command",
    suite: 'packages/core/test/service-faults.test.ts',
    test: 'of a command that cannot be started another cause was told than the true one',
  },
]
