import { againstBareHttp } from '../../over-http.mjs'
import { atMost } from '../../targets.mjs'

export const question = '`useTool()` over HTTP, answered by event streams'
export const comparedWith = { sdk: { name: "the SDK client's `callTool()`", target: atMost(0.77) } }

export function run(sandbox) {
  return againstBareHttp(sandbox, { inFlight: 1, calls: 64, form: 'stream' })
}
