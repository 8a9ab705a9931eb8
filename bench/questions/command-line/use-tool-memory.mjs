import { againstOthers, comparedOneShots } from '../../one-shots.mjs'

export const question = '`mcpstore use-tool memory/read_graph`'
export const comparedWith = comparedOneShots('memory.read_graph')

export function run(sandbox) {
  return againstOthers(sandbox, 'memory', 'read_graph', {})
}
