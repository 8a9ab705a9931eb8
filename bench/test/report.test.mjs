import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { load, surroundings } from '../machine.mjs'
import { documentOf, renderReport, writeDocument } from '../report.mjs'

const figures = { p50: 45.25, p99: 61.5, memory: 50 * 2 ** 20, rounds: 31 }
const row = {
  topic: 'command-line',
  name: 'list',
  what: '`mcpstore list`',
  unit: 'ms',
  ours: figures,
  comparedWith: '`node -e 0`',
  theirs: { p50: 0.0213, p99: 0.5, rounds: 31 },
  ratio: { median: 2.21, lowest: 1.9, highest: 12.6 },
  target: '≤ 2.2 ×',
  verdict: 'missed',
}
const dash = {
  ...row,
  comparedWith: 'mcporter',
  theirs: null,
  ratio: null,
  verdict: 'not measured',
  reason: 'mcporter is away',
}
const document = documentOf({
  began: new Date('2026-11-26T07:01:02.345Z'),
  seconds: 12.3,
  scope: 'quick',
  peers: false,
  surroundings: {
    machine: { cpu: 'Some CPU', cores: 2, memory: 8 * 2 ** 30, system: 'Linux 6 x64' },
    versions: { node: '24.1.0', 'redis-server': null, mcpstore: '1.2.3', ioredis: '5.0.0' },
  },
  load: { before: 0.5, after: 1.5 },
  rows: [row, dash],
})

test('the report has the machine and the load on top, a table, and at the end what missed', () => {
  expect(renderReport(document)).toMatchInlineSnapshot(`
    "2026-11-26 07:01 UTC, mcpstore 1.2.3, Node 24.1.0, Redis -, in 12 s
    Some CPU, 2 cores, 8.0 GB, Linux 6 x64
    load 0.5 before, 1.5 after
    ioredis 5.0.0

    ## command-line

    | what            | ours    | p99     | memory | compared with | it takes | p99    | memory | ratio (lowest–highest) | target  |        |
    |-----------------|---------|---------|--------|---------------|----------|--------|--------|------------------------|---------|--------|
    | \`mcpstore list\` | 45.3 ms | 61.5 ms | 50 MB  | \`node -e 0\`   | 21.3 µs  | 500 µs | -      | 2.21 (1.90–13)         | ≤ 2.2 × | MISSED |
    |                 |         |         |        | mcporter      | -        | -      | -      | -                      | ≤ 2.2 × | -      |

    not measured:
    - mcporter is away: list

    missed:
    - list: \`mcpstore list\`, \`node -e 0\`: ≤ 2.2 ×"
  `)
})

test('what failed is said last, with what went wrong', () => {
  const failed = {
    ...row,
    ours: null,
    theirs: null,
    ratio: null,
    verdict: 'failed',
    reason: 'Error: it broke',
  }
  expect(renderReport({ ...document, rows: [failed] })).toMatch(/FAILED[\s\S]*\nfailed:\n.*Error: it broke$/)
})

test('the document is written under its time and its version of Node', () => {
  const folder = mkdtempSync(join(tmpdir(), 'report-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = writeDocument(document, join(folder, 'results'))
  expect(path).toBe(join(folder, 'results', '2026-11-26T07-01-02-node-24.1.0.json'))
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(document)
})

test('the document says on what it was measured', () => {
  const { machine, versions } = surroundings({ peers: false })
  expect(machine).toMatchObject({
    cpu: expect.any(String),
    cores: expect.any(Number),
    memory: expect.any(Number),
  })
  expect(versions).toMatchObject({ node: process.versions.node, ioredis: expect.stringMatching(/^\d/) })
  expect(load()).toBeGreaterThanOrEqual(0)
  expect(Object.keys(document)).toEqual([
    'format',
    'at',
    'seconds',
    'scope',
    'peers',
    'machine',
    'versions',
    'load',
    'rows',
  ])
})
