import { hostStartQuestions, measureHostStart } from '../../hosts/host-start.mjs'
import { publishedServices } from '../../servers.mjs'
import { timesAsFast } from '../../targets.mjs'

const target = timesAsFast(10)

export const questions = hostStartQuestions('10 published servers', { langchain: target, aiSdk: target })
export const scope = 'normal'

export function run(sandbox) {
  return measureHostStart(sandbox, publishedServices(10, sandbox.folder('files')), 3)
}
