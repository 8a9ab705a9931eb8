import { paired } from '../harness.mjs'
import { registerPublished } from '../servers.mjs'
import { atMost } from '../targets.mjs'

export const question = '`mcpstore list` of 3 services, lists cached'
export const comparedWith = '`node -e 0`'
export const target = atMost(2.2)

export function run(sandbox) {
  registerPublished(sandbox)
  return paired(
    () => sandbox.timeMcpstore('list'),
    () => sandbox.timeNode('-e', '0'),
    { pairs: 31 },
  )
}
