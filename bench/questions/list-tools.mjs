import { paired } from '../harness.mjs'
import { registerPublished } from '../servers.mjs'
import { atMost } from '../targets.mjs'

export const question = '`mcpstore list-tools` of 3 services from the cache'
export const comparedWith = '`mcpstore list-tools --fresh`'
export const target = atMost(1 / 4)

export function run(sandbox) {
  registerPublished(sandbox)
  return paired(
    () => sandbox.timeMcpstore('list-tools'),
    () => sandbox.timeMcpstore('list-tools', '--fresh'),
    { pairs: 9 },
  )
}
