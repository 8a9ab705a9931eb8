import { fileURLToPath } from 'node:url'
import { sidesOf } from '../../statistics.mjs'
import { atMost } from '../../targets.mjs'

export const question = 'memory (RSS) after 100,000 calls'
export const unit = 'MB'
export const comparedWith = { before: { name: 'after the first 20,000', target: atMost(1.1) } }

const program = fileURLToPath(new URL('../../programs/many-calls.mjs', import.meta.url))
/** In MB. Where V8 makes new objects it takes more room the more of them survived: once, at an earlier or a later call. */
const YOUNG = 16

export function run({ node }) {
  const room = [`--min-semi-space-size=${YOUNG}`, `--max-semi-space-size=${YOUNG}`]
  const { before, after } = JSON.parse(node(...room, '--expose-gc', program, '100000'))
  const grown = (after.heapUsed - before.heapUsed) / 100_000
  if (grown > 16) throw new Error(`each call left ${grown.toFixed(1)} bytes on the heap`)
  const megabytes = (bytes) => Math.round(bytes / 1024 / 1024)
  return sidesOf([{ ours: megabytes(after.rss), before: megabytes(before.rss) }])
}
