import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { load, surroundings } from './machine.mjs'
import { readOptions, usage } from './options.mjs'
import { paceOf } from './pace.mjs'
import { installPeers, nodeForPeers } from './peers/install.mjs'
import { allQuestions, belongsTo, named, namesIn } from './questions.mjs'
import { hasRedisServer } from './redis/server.mjs'
import { documentOf, renderReport, writeDocument } from './report.mjs'
import { failedRows, measuredRows, skippedRows } from './rows.mjs'
import { cli, createSandbox } from './sandbox.mjs'

// A missed target is said and is no failure: this is a measure, not a test. What could not be measured is one.
const results = fileURLToPath(new URL('./results', import.meta.url))
const questions = allQuestions()
const options = orRefuse(() => readOptions(process.argv.slice(2)))
const { scope, peers } = options
/** Who names questions wants all of each. */
const wanted = options.names.length > 0
if (options.help) {
  console.log(usage)
  for (const topic of new Set(questions.map(({ topic }) => topic))) {
    console.log(`${topic}: ${namesIn(questions, topic)}`)
  }
} else {
  const chosen = wanted ? orRefuse(() => named(questions, options.names)) : questions
  if (!existsSync(cli)) refuse('what users run is measured, and that is not built yet: npm run setup')
  if (peers) orRefuse(() => installPeers())
  const node = peers ? orRefuse(() => nodeForPeers()) : process.execPath
  process.exitCode = node === process.execPath ? await measureAll(chosen) : await runOn(node)
}

/** Asks these questions, says what came of them, and answers the exit code. */
async function measureAll(chosen) {
  onEnd(() => process.exit(1))
  const [began, before] = [new Date(), load()]
  if (before > availableParallelism() / 2) console.error(`load ${before}: something else runs, expect noise`)
  const rows = []
  for (const [index, { topic, name, url }] of chosen.entries()) {
    process.stderr.write(`${index + 1}/${chosen.length} ${name} …`)
    const start = performance.now()
    const spentMs = Date.now() - began.getTime()
    const pace = paceOf(scope, wanted ? {} : { spentMs, questions: chosen.length - index })
    const found = await rowsOf(url, pace).catch((error) => failedRows(unread(name), error.stack))
    for (const row of found) rows.push({ topic, name, ...row })
    process.stderr.write(` ${((performance.now() - start) / 1000).toFixed(1)} s\n`)
  }
  const seconds = (Date.now() - began.getTime()) / 1000
  const document = documentOf({
    began,
    seconds,
    scope,
    peers,
    surroundings: surroundings({ peers }),
    load: { before, after: load() },
    rows,
  })
  console.log(`\n${renderReport(document)}\n\n${writeDocument(document, results)}`)
  return rows.some(({ verdict }) => verdict === 'failed') ? 1 : 0
}

/** What comes of a question, or of several that are measured together: such a module has `questions`. */
async function rowsOf(url, pace) {
  const asked = await import(url)
  const several = asked.questions ?? [asked]
  if (!wanted && !belongsTo(scope, asked.scope)) {
    return several.flatMap((one) =>
      skippedRows(one, asked.scope === 'full' ? 'only with --full' : 'not with --quick'),
    )
  }
  if (asked.needsRedis && !hasRedisServer()) {
    const reason = 'there is no redis-server on the PATH, nor at REDIS_SERVER'
    return several.flatMap((one) => skippedRows(one, reason))
  }
  if (pace === undefined) return several.flatMap((one) => skippedRows(one, 'there was no time left'))
  const sandbox = createSandbox({ pace, peers, scope })
  try {
    const all = [await asked.run(sandbox)].flat()
    return several.flatMap((one, at) => measuredRows(one, all[at], { peers }))
  } catch (error) {
    return several.flatMap((one) => failedRows(one, error.stack))
  } finally {
    const left = await sandbox.remove()
    if (left.length > 0) process.stderr.write(` process ${left} was left and is ended,`)
  }
}

/** What stands for a question whose file cannot be read, or whose sandbox cannot be removed. */
function unread(name) {
  return { question: name, comparedWith: { nothing: { name: '-' } } }
}

/** The same on another Node, which is told when this one is to end. */
async function runOn(node) {
  const args = [fileURLToPath(import.meta.url), ...process.argv.slice(2)]
  const child = spawn(node, args, { stdio: 'inherit' })
  onEnd((signal) => child.kill(signal))
  const [code] = await once(child, 'exit')
  return code ?? 1
}

function onEnd(act) {
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, act)
}

function orRefuse(attempt) {
  try {
    return attempt()
  } catch (error) {
    return refuse(error.message)
  }
}

function refuse(reason) {
  console.error(reason)
  process.exit(1)
}
