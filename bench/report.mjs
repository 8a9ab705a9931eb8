import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { renderTable } from './table.mjs'

// What came of a run, as a document for programs and as text for people. docs/performance.md describes the document.

/** Raised when a field changes its meaning or goes. */
const FORMAT = 1

/** The document of a run. */
export function documentOf({ began, seconds, scope, peers, surroundings, load, rows }) {
  return { format: FORMAT, at: began.toISOString(), seconds, scope, peers, ...surroundings, load, rows }
}

/** Writes the document into a folder, under its time and its version of Node, and answers where. */
export function writeDocument(document, folder) {
  mkdirSync(folder, { recursive: true })
  const time = document.at.slice(0, 19).replaceAll(':', '-')
  const path = join(folder, `${time}-node-${document.versions.node}.json`)
  writeFileSync(path, `${JSON.stringify(document, null, 2)}\n`)
  return path
}

/** The document as Markdown that is also readable as it is. */
export function renderReport({ at, seconds, machine, versions, load, rows }) {
  const { node, 'redis-server': redis, mcpstore, ...libraries } = versions
  const named = Object.entries(libraries).map(([name, version]) => `${name} ${version}`)
  const topics = [...new Set(rows.map(({ topic }) => topic))]
  const top = [
    `${at.slice(0, 16).replace('T', ' ')} UTC, mcpstore ${mcpstore}, Node ${node}, Redis ${redis ?? '-'}, in ${Math.round(seconds)} s`,
    `${machine.cpu}, ${machine.cores} cores, ${(machine.memory / 2 ** 30).toFixed(1)} GB, ${machine.system}`,
    `load ${load.before} before, ${load.after} after`,
    named.join(', '),
  ]
  const tableOf = (topic) => renderTable(rows.filter((row) => row.topic === topic))
  const tables = topics.map((topic) => `## ${topic}\n\n${tableOf(topic)}`)
  return [...top, '', tables.join('\n\n'), ...endings(rows)].join('\n')
}

/** What has no figures and why, then what missed its target, then what failed. */
function endings(rows) {
  const of = (verdict) => rows.filter((row) => row.verdict === verdict)
  const told = (row) => `${row.name}: ${row.what}, ${row.comparedWith}`
  return [
    ...section('not measured', ...reasons(of('not measured'))),
    ...section('missed', ...of('missed').map((row) => `${told(row)}: ${row.target}`)),
    ...section('failed', ...new Set(of('failed').map((row) => `${row.name}: ${row.reason}`))),
  ]
}

/** Each reason once, with the questions that it is for. */
function reasons(rows) {
  return [...new Set(rows.map(({ reason }) => reason))].map((reason) => {
    const names = new Set(rows.filter((row) => row.reason === reason).map(({ name }) => name))
    return `${reason}: ${[...names].join(', ')}`
  })
}

function section(title, ...lines) {
  return lines.length === 0 ? [] : ['', `${title}:`, ...lines.map((line) => `- ${line}`)]
}
