import { spawn } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findRedisServer } from './redis-server.mjs'
import { findShells } from './shells.mjs'
import { readVitestReport } from './vitest/report.mjs'

// Everything that must hold before a commit. `npm test -- path` runs only the tests whose path matches.
const root = fileURLToPath(new URL('..', import.meta.url))
const tool = (name) => join(root, 'node_modules/.bin', name)
const filter = process.argv.slice(2)
const byName = filter.some((arg) => /^(-t|--testNamePattern)\b/.test(arg))
const mayNotSkip = process.env.CI === 'true'
const redis = findRedisServer({ install: mayNotSkip })
const shells = findShells({ install: mayNotSkip })
const folder = mkdtempSync(join(tmpdir(), 'mcpstore-test-'))
const totals = { passed: 0, failed: 0 }
const remarks = []
let running

process.chdir(root)
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    running?.kill(signal)
    process.exit(1)
  })
}

const steps = [
  { heading: 'format and lint', run: () => check(tool('biome'), 'ci', '.') },
  { heading: 'types', run: () => check(tool('tsc'), '-p', 'tsconfig.json') },
  { heading: 'unused code', run: () => check(tool('knip')) },
  { heading: 'tests', run: () => tests('file') },
  { heading: 'packages', run: () => check(process.execPath, 'scripts/check-packages.mjs') },
]

if (filter.length > 0) count(await tests('terminal'))
else for (const { heading, run } of steps) await step(heading, run)
for (const remark of remarks) console.log(remark)
console.log(`${totals.passed} passed, ${totals.failed} failed`)
process.exitCode = totals.failed === 0 ? 0 : 1

async function step(heading, run) {
  process.stdout.write(`${heading} … `)
  const start = performance.now()
  const result = await run()
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  console.log(`${result.failed === 0 ? 'ok' : 'FAILED'}, ${seconds} s`)
  if (result.failed > 0) console.log(result.output.trimEnd())
  count(result)
}

function count({ passed, failed }) {
  totals.passed += passed
  totals.failed += failed
}

async function check(command, ...args) {
  const { succeeded, output } = await execute(command, args, 'file')
  return { passed: succeeded ? 1 : 0, failed: succeeded ? 0 : 1, output }
}

async function tests(outputTo) {
  const report = join(folder, 'vitest.json')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  // A check does not write what it checks, so new snapshots fail here too.
  const args = ['run', '--update=none', ...reporters, ...filter]
  const { succeeded, output } = await execute(tool('vitest'), args, outputTo)
  const { passed, failed, skipped, again } = readVitestReport(report, succeeded)
  for (const test of again) remarks.push(`!!! PASSED only when it was run again: ${test}`)
  // With a name pattern, all the other tests are reported as skipped.
  if (skipped.count === 0 || byName) return { passed, failed, output }
  remarks.push(skipRemark(skipped))
  return { passed, failed: failed + (mayNotSkip ? skipped.count : 0), output }
}

function skipRemark({ count, files }) {
  const consequence = mayNotSkip ? ' (which counts as failed with CI=true)' : ''
  const missing = [redis.missing, shells.missing].filter((one) => one !== undefined)
  const reason = missing.join('; ') || 'not for lack of redis-server or a shell'
  return `!!! SKIPPED tests: ${count} in ${files.join(', ')}${consequence}: ${reason}`
}

/** Output goes to a file, not a pipe: a process that a test left behind would hold a pipe open. */
function execute(command, args, outputTo) {
  const log = join(folder, 'output')
  const sink = outputTo === 'file' ? openSync(log, 'w') : 'inherit'
  const env = { ...process.env, MCPSTORE_TARBALLS: folder }
  if (redis.command !== undefined) env.REDIS_SERVER = redis.command
  const output = () => (outputTo === 'file' ? readFileSync(log, 'utf8') : '')
  return new Promise((resolve) => {
    running = spawn(command, args, { env, stdio: ['ignore', sink, sink] })
    running.on('error', (error) => resolve({ succeeded: false, output: `${command}: ${error.message}` }))
    running.on('exit', (code) => resolve({ succeeded: code === 0, output: output() }))
    if (sink !== 'inherit') closeSync(sink)
  })
}
