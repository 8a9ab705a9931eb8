import { callsOverHttp } from '../../hosts/calls-over-http.mjs'
import { besideOthers } from '../../hosts/sides.mjs'
import { atMost } from '../../targets.mjs'

export const question = '`useTool()` over HTTP, 32 at a time'
export const comparedWith = besideOthers({ sdk: atMost(0.56) }, 'call')

export function run(sandbox) {
  return callsOverHttp(sandbox, { inFlight: 32, calls: 320 })
}
