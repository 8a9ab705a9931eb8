import { hostStartQuestions, measureHostStart } from '../../hosts/host-start.mjs'
import { remoteServices, startTwentyTools } from '../../servers.mjs'

export const questions = hostStartQuestions('10 services over HTTP, whose server runs')
export const scope = 'normal'

export async function run(sandbox) {
  const server = await startTwentyTools('json')
  try {
    return await measureHostStart(sandbox, remoteServices(10, server.url), 9)
  } finally {
    server.stop()
  }
}
