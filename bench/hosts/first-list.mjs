import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { startedBy } from './processes.mjs'

const program = fileURLToPath(new URL('../programs/first-list.mjs', import.meta.url))

/**
 * Starts a host in a process of its own, with the `settings` of its module, and ends it as soon as it has listed the tools
 * of its servers. Answers `tools`, and what they took: `whole`, in ms since the process was started; `inside`, the same without
 * loading libraries; `heap` and `rss` of the host after that, in bytes; and what it had running. @throws when it fails
 */
export async function firstList(sandbox, module, servers, settings = {}) {
  const args = ['--expose-gc', program, module, JSON.stringify(servers), JSON.stringify(settings)]
  const start = performance.now()
  const child = spawn(process.execPath, args, { env: sandbox.env })
  const gone = once(child, 'close')
  let said = ''
  child.stderr.on('data', (chunk) => {
    said = (said + chunk).slice(-10_000)
  })
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const { value: tools } = await lines.next()
  const whole = performance.now() - start
  const { value: rest } = await lines.next()
  const running = rest && startedBy(child.pid)
  child.stdin.end()
  const [code] = await gone
  if (code !== 0 || rest === undefined) throw new Error(`a host ended with ${code}:\n${said}`)
  const { inside, heapUsed: heap, rss } = JSON.parse(rest)
  return { tools: JSON.parse(tools), whole, inside, heap, rss, ...running }
}
