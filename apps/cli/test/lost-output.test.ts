import { expect, it } from 'vitest'
import { lostOutput } from '../src/failures/lost-output.ts'
import { fakeTool, findable, libraryError, run } from './fakes.ts'

const full = new Error('no space left on device')
const said = (exit: number, hasAnswer = false): string => {
  const { code, message, hint } = lostOutput(full, { exit, hasAnswer })
  return `${code}: ${message}. ${hint}`
}

it.each([0, 2, 5])('a call whose answer is lost is told to have been made (exit code %i)', (exit) => {
  expect(said(exit, true)).toBe(
    'not_written: the tool was called, but its answer could not be written: no space left on device. ' +
      'Find out what it did before you call it again.',
  )
})

it('of what called no tool only the output is lost', () => {
  expect(said(0)).toBe(
    'not_written: the output could not be written: no space left on device. ' +
      'Only the output is lost: what the command does was done.',
  )
})

it.each([2, 4])('nothing is said to have been done where the command failed (exit code %i)', (exit) => {
  expect(said(exit)).toBe('not_written: the output could not be written: no space left on device. undefined')
})

it.each([
  ['call s/t', 1],
  ['call s/t --extract none', 1],
  ['call s/t --dry-run', 0],
  ['call s/t --help', 0],
  ['call s/t --version', 0],
])('only a tool that answered is told to have been called (%s)', async (line, times) => {
  let answers = 0
  const noteAnswer = () => {
    answers += 1
  }
  const services = { ...findable(fakeTool('s', 't')), useTool: async () => ({ content: [] }) }
  await run(line.split(' '), { services, host: { noteAnswer } })
  expect(answers).toBe(times)
  const failing = { ...services, useTool: () => Promise.reject(libraryError('server_error', 'no')) }
  await run(line.split(' '), { services: failing, host: { noteAnswer } })
  expect(answers, 'a call that failed says itself what became of it').toBe(times)
})
