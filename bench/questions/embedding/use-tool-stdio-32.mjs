import { callsOverStdio } from '../../hosts/calls-over-stdio.mjs'
import { besideOthers } from '../../hosts/sides.mjs'

export const question = '`useTool()` on an open stdio connection, 32 at a time'
export const comparedWith = besideOthers({}, 'call')

export function run(sandbox) {
  return callsOverStdio(sandbox, { inFlight: 32 })
}
