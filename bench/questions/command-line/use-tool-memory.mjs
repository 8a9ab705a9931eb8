import { againstBareClient } from '../../against-bare-client.mjs'
import { atMost } from '../../targets.mjs'

export const question = '`mcpstore use-tool memory/read_graph`'
export const comparedWith = { sdk: { name: 'bare SDK client', target: atMost(1.15) } }

export function run(sandbox) {
  return againstBareClient(sandbox, 'memory', 'read_graph', {})
}
