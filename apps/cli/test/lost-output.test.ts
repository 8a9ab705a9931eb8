import { expect, it } from 'vitest'
import { lostOutput } from '../src/failures/lost-output.ts'

const full = new Error('no space left on device')
const said = (line: string, exit = 0): string => {
  const { message, hint } = lostOutput(line.split(' '), exit, full)
  return `${message}. ${hint}`
}

it.each([0, 2])('a call whose answer is lost is told to have been made (exit code %i)', (exit) => {
  for (const line of ['use-tool a/b', 'call a/b x=1 --json', '--json call a/b']) {
    expect(said(line, exit)).toMatch(/^the tool was called, but its answer .*no space.*Find out what it did/)
  }
})

it('of what called no tool only the output is lost', () => {
  for (const line of ['list', 'add a https://a.example', 'call a/b --dry-run', 'call --help']) {
    expect(said(line)).toMatch(/^the output .*no space.*Only the output is lost/)
  }
})

it('nothing is said to have been done where the command failed', () => {
  expect(lostOutput(['call', 'a/b'], 4, full)).toMatchObject({
    code: 'not_written',
    message: 'the output could not be written: no space left on device',
    hint: undefined,
  })
})
