import { readFile } from 'node:fs/promises'
import type { ErrorCode } from '@mcpstore/core'
import { expect, it } from 'vitest'
import { exitCodes } from '../src/failures/exit-codes.ts'
import { fakeStatus, libraryError, run } from './fakes.ts'

it('every error code of the library has an exit code', async () => {
  const source = await readFile(new URL('../../../packages/core/src/errors.ts', import.meta.url), 'utf8')
  const union = source.slice(source.indexOf('export type ErrorCode'), source.indexOf('/** Builds'))
  const codes = [...union.matchAll(/'([a-z_]+)'/g)].map(([, code]) => code)
  expect(codes.length).toBeGreaterThan(10)
  expect(Object.keys(exitCodes).sort()).toEqual([...codes, 'internal', 'no_value', 'not_written'].sort())
})

it.each(Object.entries(exitCodes).filter(([code]) => code !== 'internal'))(
  '%s ends with %i',
  async (code, exit) => {
    const failing = {
      services: {
        listServices: () => Promise.reject(libraryError(code as ErrorCode, 'It failed.', 'Do this.')),
      },
    }
    const text = await run(['list'], failing)
    expect(text).toMatchObject({
      exit,
      stdout: '',
      stderr: expect.stringMatching(/^error: It failed\.\nhint: {2}Do this\.(?: Next: mcpstore .+)?\n$/),
      closed: 1,
    })
    expect(text.stderr.includes('Next: '), 'what was given up, or is told whole, needs none').toBe(
      !['aborted', 'no_value', 'not_written'].includes(code),
    )
    const json = await run(['list', '--json'], failing)
    expect(json).toMatchObject({ exit, stdout: '', closed: 1 })
    expect(JSON.parse(json.stderr)).toEqual({
      error: { code, message: 'It failed.', hint: expect.stringMatching(/^Do this\./) },
    })
    expect(json.stderr.trimEnd()).not.toContain('\n')
  },
)

it('a defect is told in one line, and its stack only with --debug', async () => {
  const failing = { services: { listServices: () => Promise.reject(new TypeError('x is undefined')) } }
  const plain = await run(['list'], failing)
  expect(plain.exit).toBe(1)
  expect(plain.stderr).toMatch(/^error: x is undefined\nhint: {2}.*--debug/)
  expect(plain.stderr).not.toContain('    at ')
  expect((await run(['list', '--debug'], failing)).stderr).toContain('    at ')
  expect(JSON.parse((await run(['list', '--json'], failing)).stderr).error.code).toBe('internal')
})

it('--debug shows the causes too', async () => {
  const error = Object.assign(libraryError('storage', 'It failed.'), { cause: new Error('the disk is gone') })
  const { stderr } = await run(['list', '--debug'], {
    services: { listServices: () => Promise.reject(error) },
  })
  expect(stderr).toContain('the disk is gone')
})

it('a store that cannot read its data ends every command that needs data with its own error', async () => {
  const error = libraryError('storage', 'The file is corrupt.', 'Move it away.') as never
  const status = fakeStatus({ state: 'down', backend: 'memory', error })
  for (const argv of [
    ['list'],
    ['list-tools'],
    ['info', 'a'],
    ['add', 'a', 'https://a.example'],
    ['clear', '--yes'],
  ]) {
    const result = await run(argv, { status })
    expect(result).toMatchObject({
      exit: 5,
      stdout: '',
      stderr: 'error: The file is corrupt.\nhint:  Move it away. Next: mcpstore doctor\n',
      closed: 1,
    })
  }
})
