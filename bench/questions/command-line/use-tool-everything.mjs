import { againstOthers, comparedOneShots } from '../../one-shots.mjs'

export const question = '`mcpstore use-tool everything/echo`'
export const comparedWith = comparedOneShots('everything.echo')

export function run(sandbox) {
  return againstOthers(sandbox, 'everything', 'echo', { message: 'hello' })
}
