import { setTimeout as rest } from 'node:timers/promises'
import { callsOverStdio } from '../../hosts/calls-over-stdio.mjs'
import { besideOthers } from '../../hosts/sides.mjs'
import { atMost } from '../../targets.mjs'

export const question = '`useTool()` on an open stdio connection, after a rest of 1 ms'
export const comparedWith = besideOthers({ sdk: atMost(1.1) }, 'call')

export function run(sandbox) {
  return callsOverStdio(sandbox, { pause: () => rest(1) })
}
