import { atMost } from '../../targets.mjs'

export const question = '`mcpstore --help`'
export const comparedWith = { node: { name: '`node -e 0`', target: atMost(1.5) } }

export function run(sandbox) {
  return sandbox.interleaved(
    { ours: sandbox.measureMcpstore('--help'), node: sandbox.measureNode('-e', '0') },
    { rounds: 31 },
  )
}
