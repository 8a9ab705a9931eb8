import { registerPublished } from '../../servers.mjs'
import { atMost } from '../../targets.mjs'

export const question = '`mcpstore list` of 3 services, lists cached'
export const comparedWith = { node: { name: '`node -e 0`', target: atMost(2.2) } }

export function run(sandbox) {
  registerPublished(sandbox)
  return sandbox.interleaved(
    { ours: sandbox.measureMcpstore('list'), node: sandbox.measureNode('-e', '0') },
    { rounds: 31 },
  )
}
