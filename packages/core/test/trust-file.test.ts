import { execFile, spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { writeRemedy } from '../src/private-files/write-remedy.ts'
import type { Approval } from '../src/trust/approval.ts'
import { approvalKey } from '../src/trust/approval.ts'
import { ApprovalFile } from '../src/trust/approval-file.ts'
import { failureOf, linesOf, scratch, stdioConfig } from './connections-fixtures.ts'
import { type Reader, seen, sharedPlace } from './strangers.ts'

const root = new URL('../../../', import.meta.url)
const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8)
const approval = (service: string): Approval => ({
  namespace: 'n',
  dataspace: 'd',
  scope: 'store',
  service,
  sha256: '0',
  id: service,
})
const add = (file: ApprovalFile, service: string) =>
  file.change((all) => void all.set(approvalKey(approval(service)), approval(service)))

test('approvals lie in a file that only this user can read, in a folder that only he can enter', async () => {
  const home = `${scratch()}/a/home`
  const place = sharedPlace()
  const reader = await place.reader({ home })
  await reader.forStore().addService({ demo: { url: 'https://example.com/mcp' } })
  expect([modeOf(`${home}/trust.json`), modeOf(home)]).toEqual(['600', '700'])
  expect(readdirSync(home)).toEqual(['trust.json'])
  const { approvals } = JSON.parse(readFileSync(`${home}/trust.json`, 'utf8'))
  expect(approvals).toMatchObject([{ namespace: 'shared', dataspace: 'w1', scope: 'store', service: 'demo' }])
  expect(readFileSync(`${home}/trust.json`, 'utf8')).not.toContain('example.com')
})

test.each([
  ['ENOSPC', /^Free some space/],
  ['EDQUOT', /^Free some space/],
  ['EFBIG', /^Free some space/],
  ['EROFS', /^Its file system is read-only/],
  ['EACCES', /^Make its folder one that you may write to/],
])('a file that could not be written for %s has the hint that goes with it', (code, hint) => {
  expect(writeRemedy(Object.assign(new Error(code), { code }))).toMatch(hint)
})

test('without a home nothing is written', async () => {
  const home = scratch()
  const place = sharedPlace()
  const reader = await place.reader({ env: { MCPSTORE_HOME: home } })
  await reader.forStore().addService({ demo: { url: 'https://example.com/${A}' } })
  expect((await reader.forStore().serviceInfo('demo')).facts.trusted).toBe(true)
  expect(readdirSync(home)).toEqual([])
})

test.each<[string, string, (file: string) => void]>([
  ['others may write to', 'others may write', (file) => chmodSync(file, 0o620)],
  [
    'is a link',
    'it is a link',
    (file) => {
      renameSync(file, `${file}.there`)
      symlinkSync(`${file}.there`, file)
    },
  ],
  [
    'is a folder',
    'it is no file',
    (file) => {
      rmSync(file)
      mkdirSync(file)
    },
  ],
  ['is cut off', 'it is not JSON', (file) => writeFileSync(file, readFileSync(file, 'utf8').slice(0, 80))],
  ['is empty', 'it is not JSON', (file) => writeFileSync(file, '')],
  [
    'holds something else',
    'it holds something else',
    (file) => writeFileSync(file, readFileSync(file, 'utf8').replace('"sha256"', '"sha1"')),
  ],
  [
    'is of a newer version',
    'another version',
    (file) => writeFileSync(file, readFileSync(file, 'utf8').replace('"version": 1', '"version": 2')),
  ],
])('a file that %s approves nothing, and is not touched', async (_, why, spoil) => {
  const [home, starts] = [scratch(), `${scratch()}/starts`]
  const { type: _type, ...entry } = stdioConfig({ startFile: starts })
  const place = sharedPlace()
  const reader = await place.reader({ home })
  const ctx = reader.forStore()
  await ctx.addService({ demo: entry })
  expect((await ctx.serviceInfo('demo')).facts.trusted).toBe(true)
  spoil(`${home}/trust.json`)
  const spoilt = statSync(`${home}/trust.json`).ino

  const failure = await failureOf(ctx.waitService('demo'))
  expect(failure).toMatchObject({ code: 'untrusted', message: expect.stringContaining(why) })
  expect((await ctx.serviceInfo('demo')).facts).toMatchObject({
    trusted: false,
    inert: expect.stringContaining(why),
  })
  expect(await failureOf(ctx.trustService('demo'))).toMatchObject({
    code: 'storage',
    message: expect.stringContaining(why),
  })
  expect(reader.lines.filter((line) => line.includes('approves nothing'))).toHaveLength(1)
  expect(linesOf(starts)).toEqual([])

  const report = await ctx.addService({ demo: entry })
  expect(report).toMatchObject({ results: [{ status: 'unchanged' }], approvalError: { code: 'storage' } })
  expect((await ctx.waitService('demo')).status).toBe('ok')
  expect(statSync(`${home}/trust.json`).ino).toBe(spoilt)
  expect((await (await place.reader({ home })).forStore().serviceInfo('demo')).facts.trusted).toBe(false)
})

test.skipIf(process.getuid?.() !== 0)('a file of another user approves nothing', async () => {
  const home = scratch()
  const place = sharedPlace()
  const reader = await place.reader({ home })
  await reader.forStore().addService({ demo: { url: 'https://example.com/${A}' } })
  const { chownSync } = await import('node:fs')
  chownSync(`${home}/trust.json`, 12345, 12345)
  expect((await reader.forStore().serviceInfo('demo')).facts).toMatchObject({
    trusted: false,
    inert: expect.stringContaining('another user'),
  })
})

test('what another process approves or takes back counts here at once', async () => {
  const home = scratch()
  const place = sharedPlace()
  const [reader, other, stranger] = [
    await place.reader({ home }),
    await place.reader({ home }),
    await place.stranger(),
  ]
  await stranger.plant('demo', { ...stdioConfig(), cwd: '/' })
  for (const one of [reader, other]) await seen(one, 'demo')
  const isTrusted = async (one: Reader) => (await one.forStore().serviceInfo('demo')).facts.trusted
  const before = await isTrusted(reader)
  await other.forStore().trustService('demo')
  const approved = await isTrusted(reader)
  await other.forStore().revokeTrust('demo')
  expect([before, approved, await isTrusted(reader)]).toEqual([false, true, false])
})

test('of two who write the same name at once, what stays is trusted by both', async () => {
  const home = scratch()
  const place = sharedPlace()
  const readers = [await place.reader({ home }), await place.reader({ home })]
  for (let round = 0; round < 20; round++) {
    const adding = readers.map((one, n) =>
      one.forStore().addService({ demo: { command: 'x', args: [`${round} ${n}`] } }),
    )
    await Promise.all(adding)
    for (const one of readers) await seen(one, 'demo', ({ facts }) => facts.trusted)
  }
  const patching = readers.flatMap((one, n) =>
    Array.from({ length: 10 }, (_, round) =>
      one.forStore().patchService('demo', { env: { [`V${n}`]: String(round) } }),
    ),
  )
  await Promise.all(patching)
  for (const one of readers) {
    await seen(one, 'demo', ({ facts }) => facts.trusted)
  }
  expect(JSON.parse(readFileSync(`${home}/trust.json`, 'utf8')).approvals).toHaveLength(1)
})

test('several processes at once lose nothing', async () => {
  const folder = scratch()
  const { rolldown } = await import(new URL('node_modules/rolldown/dist/index.mjs', root).href)
  const bundle = await rolldown({
    input: fileURLToPath(new URL('packages/core/src/trust/approval-file.ts', root)),
    platform: 'node',
    external: /^(?!@mcpstore)[^./]/,
    resolve: { conditionNames: ['@mcpstore/source'] },
  })
  await bundle.write({ file: `${folder}/approval-file.mjs`, codeSplitting: false })
  await bundle.close()
  writeFileSync(
    `${folder}/writer.mjs`,
    `import { ApprovalFile } from ${JSON.stringify(pathToFileURL(`${folder}/approval-file.mjs`).href)}
     const [path, writer] = process.argv.slice(2)
     const file = new ApprovalFile(path)
     for (let n = 0; n < 25; n++) {
       const one = { namespace: 'n', dataspace: 'd', scope: 'store', service: writer + '-' + n, sha256: '0', id: String(n) }
       await file.change((all) => void all.set(one.service, one))
     }`,
  )
  const path = `${folder}/home/trust.json`
  const writers = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) =>
    promisify(execFile)(process.execPath, [`${folder}/writer.mjs`, path, name]),
  )
  await Promise.all(writers)
  expect(new ApprovalFile(path).read().size).toBe(6 * 25)
  expect(readdirSync(`${folder}/home`)).toEqual(['trust.json'])
})

test('the lock of a process that was killed is taken over', async () => {
  const path = `${scratch()}/trust.json`
  const long = new Date(Date.now() - 60_000)
  writeFileSync(`${path}.lock`, 'gone')
  utimesSync(`${path}.lock`, long, long)
  const file = new ApprovalFile(path)
  await Promise.all(['a', 'b', 'c'].map((name) => add(file, name)))
  expect([...new ApprovalFile(path).read().values()].map(({ service }) => service).sort()).toEqual([
    'a',
    'b',
    'c',
  ])
  expect(existsSync(`${path}.lock`)).toBe(false)
})

test('the lock of a process that was killed a moment ago was waited for until it was old', async () => {
  const path = `${scratch()}/trust.json`
  const file = new ApprovalFile(path)
  let mark = ''
  await file.change(() => {
    mark = readFileSync(`${path}.lock`, 'utf8')
  })
  const leave = (pid: number) => {
    writeFileSync(`${path}.lock`, mark.replace(` ${process.pid} `, ` ${pid} `))
    // It never gets old.
    const later = new Date(Date.now() + 3_600_000)
    utimesSync(`${path}.lock`, later, later)
  }
  const { pid: gone } = spawnSync(process.execPath, ['-e', ''])
  leave(gone)
  await Promise.all(['a', 'b', 'c'].map((name) => add(file, name)))
  expect(new ApprovalFile(path).read().size).toBe(3)
  expect(readdirSync(dirname(path))).toEqual(['trust.json'])

  // One that runs keeps it, and so does one of whom nobody here can know.
  for (const left of [process.ppid, gone]) {
    leave(left)
    if (left === gone) writeFileSync(`${path}.lock`, mark.replace(/ \d+ \S+ /, ` ${gone} another-machine `))
    const added = add(file, `d${left}`)
    // The first look was at once.
    expect(existsSync(`${path}.lock`)).toBe(true)
    rmSync(`${path}.lock`)
    await added
  }
  expect(new ApprovalFile(path).read().size).toBe(5)
})

test('who lost the lock while he was stopped does not overwrite what was written since', async () => {
  const path = `${scratch()}/trust.json`
  const file = new ApprovalFile(path)
  let attempts = 0
  await file.change((all) => {
    if (attempts++ === 0) {
      // As if this process slept here: another one takes the lock over, writes, and is done.
      rmSync(`${path}.lock`)
      writeFileSync(path, JSON.stringify({ version: 1, approvals: [approval('other')] }), { mode: 0o600 })
    }
    all.set(approvalKey(approval('own')), approval('own'))
  })
  expect(attempts).toBe(2)
  expect([...file.read().values()].map(({ service }) => service).sort()).toEqual(['other', 'own'])
})
