import { againstBareHttp } from '../../over-http.mjs'
import { atMost } from '../../targets.mjs'

export const question = '`useTool()` over HTTP, 32 at a time'
export const comparedWith = { sdk: { name: "the SDK client's `callTool()`", target: atMost(0.56) } }

export function run(sandbox) {
  return againstBareHttp(sandbox, { inFlight: 32, calls: 320 })
}
