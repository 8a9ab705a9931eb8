import { againstBareClient } from '../../against-bare-client.mjs'
import { atMost } from '../../targets.mjs'

export const question = '`mcpstore use-tool everything/echo`'
export const comparedWith = { sdk: { name: 'bare SDK client', target: atMost(1.15) } }

export function run(sandbox) {
  return againstBareClient(sandbox, 'everything', 'echo', { message: 'hello' })
}
