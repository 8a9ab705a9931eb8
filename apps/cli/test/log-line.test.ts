import type { ServiceLogLine } from '@mcpstore/core'
import { expect, it } from 'vitest'
import { logLines } from '../src/output/log-line.ts'
import { fakeOutput } from './fakes.ts'

const said = (service: string, pid: number, scope: ServiceLogLine['scope'] = 'store'): ServiceLogLine => ({
  at: '2026-11-26T10:53:00.367Z',
  service,
  scope,
  pid,
  stream: 'stderr',
  level: null,
  text: 'Starting up',
})
const lines = [said('memory', 736), said('天気', 12_345, { agent: 'a' })]
const out = fakeOutput(() => {})

it('what several services said stands in columns', () => {
  expect(logLines(lines, out, { isNamed: true })).toMatchInlineSnapshot(`
    "2026-11-26T10:53:00.367Z  memory      736  stderr     Starting up
    2026-11-26T10:53:00.367Z  天気 (a)  12345  stderr     Starting up
    "
  `)
})

it('of one service there is no column with its name', () => {
  expect(logLines(lines.slice(0, 1), out, { isNamed: false })).toBe(
    '2026-11-26T10:53:00.367Z  736  stderr     Starting up\n',
  )
  expect(logLines([], out, { isNamed: true })).toBe('')
})
