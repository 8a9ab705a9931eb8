import { describe, expect, it } from 'vitest'
import { parseEnvironment, parseHeaders } from '../src/command-line/key-value-options.ts'

const secret = 's3cr3t-value'

function messageOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    const { message, hint = '' } = error as Error & { hint?: string }
    return `${message} ${hint}`
  }
  throw new Error('nothing was thrown')
}

describe('--header', () => {
  it('is a name and a value at the first colon', () => {
    expect(parseHeaders(['Authorization: Bearer a:b', 'X-Empty-Space:v ', 'X-Var: ${TOKEN}'])).toEqual({
      Authorization: 'Bearer a:b',
      'X-Empty-Space': 'v',
      'X-Var': '${TOKEN}',
    })
  })

  it.each([
    [['Ok: 1', secret], 'the second --header'],
    [[`: ${secret}`], 'the first --header'],
    [[`Bad Name: ${secret}`], 'the first --header'],
    [[`X-Key: ${secret}\r\nEvil: 1`], 'header "X-Key"'],
    [['X-Key:'], 'header "X-Key" has no value'],
  ])('refuses %j without repeating the value', (lines, expected) => {
    const message = messageOf(() => parseHeaders(lines))
    expect(message).toContain(expected)
    expect(message).not.toContain(secret)
  })
})

it('the same name twice is refused, of headers in any case', () => {
  expect(messageOf(() => parseHeaders([`X-Key: ${secret}`, 'x-key: b']))).toMatch(
    /^--header sets "x-key" twice/,
  )
  expect(messageOf(() => parseEnvironment(['A=1', `A=${secret}`]))).toMatch(/^--env sets "A" twice/)
  expect(parseEnvironment(['a=1', 'A=2'])).toEqual({ a: '1', A: '2' })
})

describe('--env', () => {
  it('is a name and a value at the first equals sign; an empty value is a value', () => {
    expect(parseEnvironment(['A=1', 'B=x=y', 'C='])).toEqual({ A: '1', B: 'x=y', C: '' })
  })

  it.each([[[secret]], [[`=${secret}`]]])('refuses %j without repeating the value', (pairs) => {
    const message = messageOf(() => parseEnvironment(pairs))
    expect(message).toContain('the first --env')
    expect(message).not.toContain(secret)
  })
})
