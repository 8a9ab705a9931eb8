import { spawn } from 'node:child_process'
import { once } from 'node:events'

const initialize = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'nobody', version: '1' } },
}

/** What no client can do without: the time from the start of a server to its first answer. Then it is killed, untimed. */
export async function serverAlone({ command, args, env }) {
  const start = performance.now()
  const child = spawn(command, args, {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  const gone = once(child, 'exit')
  child.stdin.write(`${JSON.stringify(initialize)}\n`)
  const [answer] = await once(child.stdout, 'data')
  const took = performance.now() - start
  child.kill('SIGKILL')
  await gone
  if (!answer.toString().includes('"result"')) throw new Error(`the server answered ${answer}`)
  return took
}
