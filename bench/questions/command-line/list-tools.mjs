import { registerPublished } from '../../servers.mjs'
import { atMost } from '../../targets.mjs'

export const question = '`mcpstore list-tools` of 3 services from the cache'
export const comparedWith = { fresh: { name: '`mcpstore list-tools --fresh`', target: atMost(1 / 4) } }

export function run(sandbox) {
  registerPublished(sandbox)
  return sandbox.interleaved(
    { ours: sandbox.measureMcpstore('list-tools'), fresh: sandbox.measureMcpstore('list-tools', '--fresh') },
    { rounds: 9 },
  )
}
