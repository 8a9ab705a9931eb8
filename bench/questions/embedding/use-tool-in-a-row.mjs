import { callsOverStdio } from '../../hosts/calls-over-stdio.mjs'
import { besideOthers } from '../../hosts/sides.mjs'
import { atMost } from '../../targets.mjs'

export const question = '`useTool()` on an open stdio connection, one at once after the other'
export const comparedWith = besideOthers({ sdk: atMost(1.1) }, 'call')

export function run(sandbox) {
  return callsOverStdio(sandbox)
}
