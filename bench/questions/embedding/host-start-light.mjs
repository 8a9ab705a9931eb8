import { hostStartQuestions, measureHostStart } from '../../hosts/host-start.mjs'
import { lightServices } from '../../servers.mjs'

export const questions = hostStartQuestions('10 servers that cost next to nothing')

export function run(sandbox) {
  return measureHostStart(sandbox, lightServices(10), 9)
}
