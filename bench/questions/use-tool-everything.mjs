import { againstBareClient } from '../against-bare-client.mjs'
import { atMost } from '../targets.mjs'

export const question = '`mcpstore use-tool everything/echo`'
export const comparedWith = 'bare SDK client'
export const target = atMost(1.15)

export function run(sandbox) {
  return againstBareClient(sandbox, 'everything', 'echo', { message: 'hello' })
}
