// The main job of mcpstore on real servers, step by step, as one would type it. Leaves nothing behind.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('.', import.meta.url))
const program = fileURLToPath(new URL('../../apps/cli/dist/main.js', import.meta.url))
const home = mkdtempSync(join(tmpdir(), 'mcpstore-quickstart-'))
const colour = process.stdout.isTTY && !process.env.NO_COLOR
const paint = (code, text) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text)

class StepFailed extends Error {}

let running
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => running?.kill(signal))

try {
  await main()
} catch (error) {
  if (!(error instanceof StepFailed)) throw error
  console.error(`\n${paint('31', error.message)}`)
  process.exitCode = 1
} finally {
  rmSync(home, { recursive: true, force: true })
}

async function main() {
  say('1. Add the services of a file. Nothing is started.')
  await mcpstore('add', 'mcp.json')

  say('2. List them.')
  await mcpstore('list')

  say('3. List their tools. Each server is started once and asked; the first time, npx installs them.')
  const first = await mcpstore('list-tools', '--timeout', '3m')
  if (/warning|unreachable/i.test(first.stderr)) throw new StepFailed(whyNoServer())

  say('4. Use a tool.')
  const used = await mcpstore('use-tool', 'everything/get-sum', 'a=19', 'b=23')
  if (!used.stdout.includes('42')) throw new StepFailed('19 + 23 was not 42.')
  await mcpstore('use-tool', 'filesystem/list_directory', 'path=.')

  say('5. List the tools again: from the cache, for every process, without starting anything.')
  const second = await mcpstore('list-tools')
  const cached = second.stdout.match(/\bcached\b/g)?.length ?? 0
  if (cached !== 2) throw new StepFailed('The second listing did not come from the cache.')
  console.log(
    paint(
      '32',
      `\n✔ The tools of both services, ${seconds(first.ms)} s at first, ${seconds(second.ms)} s from the cache.`,
    ),
  )
}

function say(text) {
  console.log(`\n${paint('1', text)}`)
}

/** Runs one command as a user would, shows it and what it prints, and fails when it does. */
async function mcpstore(...args) {
  console.log(paint('2', `$ mcpstore ${args.join(' ')}`))
  const began = performance.now()
  const child = spawn(process.execPath, [program, ...args], {
    cwd: folder,
    env: {
      ...process.env,
      MCPSTORE_HOME: home,
      COLUMNS: String(Math.min(process.stdout.columns ?? 110, 140)),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running = child
  const output = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr']) {
    child[name].setEncoding('utf8').on('data', (text) => {
      output[name] += text
      process[name].write(text)
    })
  }
  const code = await new Promise((resolve) => child.on('close', resolve))
  if (code !== 0)
    throw new StepFailed(code === 4 ? whyNoServer() : `mcpstore ${args[0]} ended with exit code ${code}.`)
  return { ...output, ms: performance.now() - began }
}

/** A server that npx cannot install says so only in npm's log. */
function whyNoServer() {
  return [
    'A server did not start. They are installed by npx from your npm registry: is it reachable from here?',
    'Try `npx -y @modelcontextprotocol/server-everything@2026.8.31` by hand, or `npm ping`.',
  ].join('\n')
}

function seconds(ms) {
  return (ms / 1000).toFixed(1)
}
