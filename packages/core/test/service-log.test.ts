import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { GrowingFile } from '../src/logs/growing-file.ts'
import { asideOf, LogFile } from '../src/logs/log-file.ts'
import { readLine } from '../src/logs/log-line.ts'
import { ServiceLog } from '../src/logs/service-log.ts'
import { scratch } from './stores.ts'

const fileIn = (folder: string): LogFile =>
  new LogFile(join(folder, 'demo.log'), {
    isWanted: () => true,
    onProblem: (problem) => {
      throw problem
    },
  })

it('a secret that comes in pieces is hidden', async () => {
  const file = fileIn(scratch())
  const env = { API_TOKEN: 'planted-t0ken-in-pieces' }
  const log = new ServiceLog(file, { type: 'stdio', command: 'x', env }, '')
  for (const piece of ['the token is planted-', 't0ken-in', '-pieces\r\nand ', 'more'])
    log.printed('stderr', piece)
  log.ended(undefined)
  await file.flush()
  const texts = readFileSync(file.path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => readLine(line)?.text)
  expect(texts).toEqual(['the token is ***', 'and more', 'ended, as it was asked to'])
})

it('two files of bounded size, and whoever reads on misses nothing', async () => {
  const file = fileIn(scratch())
  const reader = new GrowingFile(file.path)
  const read: string[] = []
  for (let round = 0; round < 30; round++) {
    for (let at = 0; at < 100; at++) file.add(`${round} ${at} ${'x'.repeat(1000)}\n`)
    await file.flush()
    read.push(...(await reader.newLines()))
  }
  expect(read.map((line) => line.split(' ', 2).join(' '))).toEqual(
    Array.from({ length: 3000 }, (_, at) => `${Math.floor(at / 100)} ${at % 100}`),
  )
  for (const path of [file.path, asideOf(file.path)])
    expect(statSync(path).size).toBeLessThanOrEqual(1024 * 1024)
  const later = await new GrowingFile(file.path).newLines()
  expect(later).toEqual(read.slice(-later.length))
  expect(later.length).toBeGreaterThan(1000)
})

it('a file that begins anew in the same place is read from its beginning', async () => {
  const path = join(scratch(), 'demo.log')
  const reader = new GrowingFile(path)
  writeFileSync(path, 'of the service that was removed\nhalf')
  expect(await reader.newLines()).toEqual(['of the service that was removed'])
  // As a removed file's number mostly goes to the next one.
  writeFileSync(path, 'anew\n')
  expect(await reader.newLines()).toEqual(['anew'])
  writeFileSync(path, 'more\n', { flag: 'a' })
  expect(await reader.newLines()).toEqual(['more'])
})

it('half a line is read when it is whole, and what is no line is passed over', async () => {
  const path = join(scratch(), 'demo.log')
  const reader = new GrowingFile(path)
  expect(await reader.newLines()).toEqual([])
  writeFileSync(path, 'one\ntw')
  expect(await reader.newLines()).toEqual(['one'])
  writeFileSync(path, 'o\n', { flag: 'a' })
  expect(await reader.newLines()).toEqual(['two'])
  const whole = { at: '2026-01-01T00:00:00.000Z', pid: 1, stream: 'stderr', level: null, text: 'x' }
  expect(readLine(JSON.stringify(whole))).toEqual(whole)
  for (const wrong of [
    '{"at":',
    '[]',
    '{}',
    JSON.stringify({ ...whole, at: 'ever' }),
    JSON.stringify({ ...whole, stream: 'x' }),
  ]) {
    expect(readLine(wrong)).toBeUndefined()
  }
})
