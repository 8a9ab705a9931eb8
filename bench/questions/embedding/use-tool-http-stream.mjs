import { callsOverHttp } from '../../hosts/calls-over-http.mjs'
import { besideOthers } from '../../hosts/sides.mjs'
import { atMost } from '../../targets.mjs'

export const question = '`useTool()` over HTTP, answered by event streams'
export const comparedWith = besideOthers({ sdk: atMost(0.77) }, 'call')

export function run(sandbox) {
  return callsOverHttp(sandbox, { inFlight: 1, calls: 64, form: 'stream' })
}
