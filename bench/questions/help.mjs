import { paired } from '../harness.mjs'
import { atMost } from '../targets.mjs'

export const question = '`mcpstore --help`'
export const comparedWith = '`node -e 0`'
export const target = atMost(1.5)

export function run({ timeMcpstore, timeNode }) {
  return paired(
    () => timeMcpstore('--help'),
    () => timeNode('-e', '0'),
    { pairs: 31 },
  )
}
