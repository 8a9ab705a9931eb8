import { paired } from '../harness.mjs'
import { noTarget } from '../targets.mjs'

export const question = '`mcpstore add` of a new service'
export const comparedWith = '`node -e 0`'
export const target = noTarget

export function run({ timeMcpstore, timeNode }) {
  let added = 0
  return paired(
    () => timeMcpstore('add', `weather-${++added}`, 'https://example.com/mcp'),
    () => timeNode('-e', '0'),
    { pairs: 21 },
  )
}
