import { fileURLToPath } from 'node:url'
import { summary } from '../harness.mjs'
import { withinKilobytes } from '../targets.mjs'

export const question = 'memory that a service keeps after its connection was closed for want of use'
export const comparedWith = 'the heap before'
export const target = withinKilobytes(2)

const SERVICES = 20
const program = fileURLToPath(new URL('../programs/idle-memory.mjs', import.meta.url))

export function run({ node }) {
  const rounds = [1, 2, 3].map(() => {
    const { before, after } = JSON.parse(node('--expose-gc', program, String(SERVICES)))
    return { ours: (after - before) / 1024 / SERVICES, against: before / 1024 }
  })
  const middle = (values) => Number([...values].sort((a, b) => a - b)[1].toFixed(2))
  return { ...summary(rounds, middle), unit: 'KB' }
}
