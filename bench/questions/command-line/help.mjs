import { mcpc, mcporter } from '../../peers/command-lines.mjs'
import { atMost } from '../../targets.mjs'

export const question = '`mcpstore --help`'
export const comparedWith = {
  node: { name: '`node -e 0`', target: atMost(1.5) },
  mcporter: { name: '`mcporter --help`', peer: true },
  mcpc: { name: '`mcpc --help`', peer: true },
}

export function run(sandbox) {
  return sandbox.interleaved(
    {
      ours: sandbox.measureMcpstore('--help'),
      node: sandbox.measureNode('-e', '0'),
      mcporter: mcporter(sandbox)?.measure('--help'),
      mcpc: mcpc(sandbox)?.measure('--help'),
    },
    { rounds: 31 },
  )
}
