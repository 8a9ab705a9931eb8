import { existsSync } from 'node:fs'
import { availableParallelism, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { hasRedisServer } from './redis/server.mjs'
import { cli, createSandbox } from './sandbox.mjs'
import { renderTable } from './table.mjs'

// `npm run bench` measures everything, `npm run bench -- NAME...` some of it. A missed target is said, and is a failure
// only with --strict; what could not be measured is one always.
const questions = {
  help: () => import('./questions/help.mjs'),
  list: () => import('./questions/list.mjs'),
  'list-tools': () => import('./questions/list-tools.mjs'),
  grep: () => import('./questions/grep.mjs'),
  'use-tool-memory': () => import('./questions/use-tool-memory.mjs'),
  'use-tool-everything': () => import('./questions/use-tool-everything.mjs'),
  'list-tools-in-process': () => import('./questions/list-tools-in-process.mjs'),
  'use-tool-in-process': () => import('./questions/use-tool-in-process.mjs'),
  'use-tool-http': () => import('./questions/use-tool-http.mjs'),
  'use-tool-http-32': () => import('./questions/use-tool-http-32.mjs'),
  'use-tool-http-stream': () => import('./questions/use-tool-http-stream.mjs'),
  'use-tool-in-a-row': () => import('./questions/use-tool-in-a-row.mjs'),
  'fifty-services': () => import('./questions/fifty-services.mjs'),
  'idle-memory': () => import('./questions/idle-memory.mjs'),
  'many-calls': () => import('./questions/many-calls.mjs'),
  add: () => import('./questions/add.mjs'),
  'thousand-services': () => import('./questions/thousand-services.mjs'),
  'redis-get': () => import('./questions/redis-get.mjs'),
  'redis-reads': () => import('./questions/redis-reads.mjs'),
  'redis-put': () => import('./questions/redis-put.mjs'),
  'redis-put-in-a-row': () => import('./questions/redis-put-in-a-row.mjs'),
  'redis-put-among-many': () => import('./questions/redis-put-among-many.mjs'),
  'redis-put-down': () => import('./questions/redis-put-down.mjs'),
  'redis-put-down-mirror': () => import('./questions/redis-put-down-mirror.mjs'),
  'redis-change': () => import('./questions/redis-change.mjs'),
  'redis-change-by-twenty': () => import('./questions/redis-change-by-twenty.mjs'),
  'redis-change-among-many': () => import('./questions/redis-change-among-many.mjs'),
  'redis-pull': () => import('./questions/redis-pull.mjs'),
  'redis-open': () => import('./questions/redis-open.mjs'),
  'redis-recovery': () => import('./questions/redis-recovery.mjs'),
  'redis-recovery-empty': () => import('./questions/redis-recovery-empty.mjs'),
  'redis-start-down': () => import('./questions/redis-start-down.mjs'),
  'redis-start-hanging': () => import('./questions/redis-start-hanging.mjs'),
  'redis-warm-list-tools': () => import('./questions/redis-warm-list-tools.mjs'),
  'redis-many-tools': () => import('./questions/redis-many-tools.mjs'),
  'redis-idle': () => import('./questions/redis-idle.mjs'),
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { strict: { type: 'boolean', default: false } },
})
const names = positionals.length > 0 ? positionals : Object.keys(questions)
const unknown = names.find((name) => !Object.hasOwn(questions, name))
if (unknown !== undefined)
  refuse(`no question is named ${unknown}; there are ${Object.keys(questions).join(', ')}`)
if (!existsSync(cli)) refuse('what users run is measured, and that is not built yet: npm run setup')
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1))

const loadAtStart = load()
if (loadAtStart > availableParallelism() / 2)
  console.error(`load ${loadAtStart}: something else runs, expect noise`)
const answers = []
for (const [index, name] of names.entries()) {
  process.stderr.write(`${index + 1}/${names.length} ${name} …\n`)
  answers.push(...(await answersTo(name)))
}
const byVerdict = (verdict) => answers.filter((one) => one.verdict === verdict)

console.log(
  `\nNode ${process.version}, ${availableParallelism()} cores, load ${loadAtStart} before and ${load()} after\n`,
)
console.log(renderTable(answers))
const skipped = byVerdict('skipped').length
if (skipped > 0) console.log(`\nskipped ${skipped}: no redis-server on the PATH, nor at REDIS_SERVER`)
for (const { question, target } of byVerdict('MISSED'))
  console.log(`\n!!! MISSED ${question}: ${target.text}`)
for (const { question, failure } of byVerdict('FAILED')) console.log(`\n!!! FAILED ${question}: ${failure}`)
const wrong = byVerdict('FAILED').length + (values.strict ? byVerdict('MISSED').length : 0)
process.exitCode = wrong > 0 ? 1 : 0

/** The answers to a question, or to several that are measured together: such a module has `questions`. */
async function answersTo(name) {
  const asked = await questions[name]()
  const { questions: several = [asked], needsRedis, run } = asked
  const each = (answer) =>
    several.map(({ question, comparedWith, target }, at) => {
      return { question, comparedWith, target, ...answer(target, at) }
    })
  if (needsRedis && !hasRedisServer()) return each(() => ({ verdict: 'skipped' }))
  const sandbox = createSandbox()
  try {
    const all = [await run(sandbox)].flat()
    return each((target, at) => ({ measured: all[at], verdict: target.verdict(all[at]) }))
  } catch (error) {
    return each(() => ({ verdict: 'FAILED', failure: error.stack }))
  } finally {
    sandbox.remove()
  }
}

function load() {
  return loadavg()[0].toFixed(2)
}

function refuse(reason) {
  console.error(reason)
  process.exit(1)
}
