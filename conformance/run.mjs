// Runs the client scenarios of the MCP conformance suites against client.mjs, and compares what fails with
// expected-failures.json: exit 0 if exactly that does. With --write the score goes into docs/conformance.md.
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const page = join(here, '../docs/conformance.md')
const installed = (...path) => join(here, 'node_modules', ...path)

const suites = [
  { revision: '2025-11-25', version: '0.1.16', belongs: () => true, options: [] },
  {
    revision: '2026-07-28',
    version: '0.2.0-alpha.12',
    // A suite has scenarios of all revisions; extensions belong to each.
    belongs: (revisions) => /2026-07-28|extension/.test(revisions),
    options: ['--spec-version', '2026-07-28', '--force'],
  },
]
/** The suites start all at once when they are left to themselves, and then measure the machine. */
const AT_ONCE = 2

/** The suites need Node 22; the one of their own keeps scores comparable. */
function findNode() {
  const { platform, arch, versions } = process
  const name = `node-${platform === 'win32' ? 'win' : platform}-${arch}`
  const own = installed(name, 'bin', platform === 'win32' ? 'node.exe' : 'node')
  if (existsSync(own)) return own
  if (Number.parseInt(versions.node, 10) >= 22) return process.execPath
  throw new Error(`there is no Node 24 to install for ${platform} ${arch}: run this with Node 22 or newer`)
}

function install() {
  if (existsSync(installed('conformance-2026-07-28'))) return
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  execFileSync(npm, ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: here, stdio: 'inherit' })
}

/** What the program of a suite prints. */
async function ask(suite, args, node) {
  const program = installed(`conformance-${suite.revision}`, 'dist/index.js')
  const child = spawn(node, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  const [output, complaints] = await Promise.all([text(child.stdout), text(child.stderr)])
  return output.trim() === '' ? complaints : output
}

/** Runs the scenarios of a suite. Answers each with how many of its checks passed and failed. */
async function run(suite, node) {
  const list = await ask(suite, ['list', '--client'], node)
  const names = [...list.matchAll(/^ {2}- (\S+) \[(.*)\]$/gm)].filter(([, , of]) => suite.belongs(of))
  if (names.length === 0) throw new Error(`the suite of ${suite.revision} lists no scenario:\n${list}`)
  const results = new Array(names.length)
  const waiting = [...names.entries()]
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [index, [, scenario]] = next
      results[index] = await runScenario(suite, scenario, node)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return results
}

async function runScenario(suite, scenario, node) {
  const command = `"${process.execPath}" "${join(here, 'client.mjs')}"`
  const output = await ask(
    suite,
    ['client', '--scenario', scenario, '--command', command, ...suite.options],
    node,
  )
  const [, passed, all] = /^Passed: (\d+)\/(\d+), /m.exec(output) ?? []
  if (all === undefined) throw new Error(`the scenario ${scenario} told nothing:\n${output.slice(-2000)}`)
  return { scenario, passed: +passed, failed: +all - +passed }
}

/** A client that does nothing fails no check: one has to have passed. */
const isPassed = ({ passed, failed }) => failed === 0 && passed > 0

function report({ revision, version }, results, expected) {
  const failed = results.filter((result) => !isPassed(result)).map(({ scenario }) => scenario)
  const reasons = expected[revision]
  const surprises = failed.filter((scenario) => !(scenario in reasons))
  const stale = Object.keys(reasons).filter((scenario) => !failed.includes(scenario))
  const checks = results.reduce((sum, { passed }) => sum + passed, 0)
  const all = results.reduce((sum, { passed, failed }) => sum + passed + failed, 0)
  const score = {
    revision,
    version,
    scenarios: results.length,
    passed: results.length - failed.length,
    checks,
    all,
  }
  console.log(`${revision}: ${score.passed} of ${score.scenarios} scenarios, ${checks} of ${all} checks`)
  for (const scenario of surprises) console.log(`  failed, and was not expected to: ${scenario}`)
  for (const scenario of stale) console.log(`  passed, and was expected to fail: ${scenario}`)
  return {
    score,
    passed: results.filter(isPassed),
    reasons,
    isAsExpected: surprises.length + stale.length === 0,
  }
}

/** The part of the page between the marks, from what was measured. */
function pageText(reports) {
  const head = '| revision | suite | scenarios passed | checks passed |\n|---|---|---|---|\n'
  const rows = reports.map(
    ({ score: { revision, version, passed, scenarios, checks, all } }) =>
      `| ${revision} | ${version} | ${passed} of ${scenarios} | ${checks} of ${all} |\n`,
  )
  const lists = reports.map(({ score, passed, reasons }) => {
    const names = passed.map(({ scenario, passed: checks }) => `\`${scenario}\` (${checks})`).join(', ')
    const why = Object.entries(reasons).map(([scenario, reason]) => `| \`${scenario}\` | ${reason} |\n`)
    const failures = why.length > 0 ? `| fails | why |\n|---|---|\n${why.join('')}` : 'Nothing fails.\n'
    return `### ${score.revision}\n\nPassed, with the number of checks: ${names}.\n\n${failures}`
  })
  return `${head}${rows.join('')}\n${lists.join('\n')}`
}

install()
const node = findNode()
const expected = JSON.parse(readFileSync(join(here, 'expected-failures.json'), 'utf8'))
const reports = []
for (const suite of suites) reports.push(report(suite, await run(suite, node), expected))
if (process.argv.includes('--write')) {
  const text = readFileSync(page, 'utf8')
  const [before] = text.split('<!-- score -->')
  const after = text.split('<!-- /score -->')[1]
  writeFileSync(page, `${before}<!-- score -->\n\n${pageText(reports)}\n<!-- /score -->${after}`)
}
process.exitCode = reports.every(({ isAsExpected }) => isAsExpected) ? 0 : 1
