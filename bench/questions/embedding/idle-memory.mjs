import { fileURLToPath } from 'node:url'
import { sidesOf } from '../../statistics.mjs'
import { withinKilobytes } from '../../targets.mjs'

export const question = 'memory that a service keeps after its connection was closed for want of use'
export const unit = 'KB'
export const comparedWith = { before: { name: 'the heap before', target: withinKilobytes(2) } }
export const scope = 'normal'

const SERVICES = 20
const program = fileURLToPath(new URL('../../programs/idle-memory.mjs', import.meta.url))

export function run({ node }) {
  const rounds = [1, 2, 3].map(() => {
    // Compiled code lies on the heap as well, and hundreds of uses later Node still makes more of it.
    const { before, after } = JSON.parse(node('--jitless', '--expose-gc', program, String(SERVICES)))
    return { ours: (after - before) / 1024 / SERVICES, before: before / 1024 }
  })
  return sidesOf(rounds)
}
