import { againstBareHttp } from '../over-http.mjs'
import { atMost } from '../targets.mjs'

export const question = '`useTool()` over HTTP, 32 at a time'
export const comparedWith = "the SDK client's `callTool()`"
export const target = atMost(0.56)

export function run() {
  return againstBareHttp({ inFlight: 32, calls: 320 })
}
