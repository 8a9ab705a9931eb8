import { againstBareHttp } from '../over-http.mjs'
import { atMost } from '../targets.mjs'

export const question = '`useTool()` over HTTP, answered by event streams'
export const comparedWith = "the SDK client's `callTool()`"
export const target = atMost(0.77)

export function run() {
  return againstBareHttp({ inFlight: 1, calls: 64, form: 'stream' })
}
