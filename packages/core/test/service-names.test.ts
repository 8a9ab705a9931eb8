import { describe, expect, it } from 'vitest'
import { checkServiceName } from '../src/services/names.ts'

describe('the name of a service', () => {
  it.each([
    ['weather', 'weather'],
    ['  weather\n', 'weather'],
    ['My Server (v2)', 'My Server (v2)'],
    ['天气', '天气'],
    ['🌦', '🌦'],
    ['__proto__', '__proto__'],
    ['a:b*c.d', 'a:b*c.d'],
    ['cafe\u0301', 'caf\u00e9'],
    ['😀'.repeat(128), '😀'.repeat(128)],
  ])('%j is stored as %j', (name, stored) => {
    expect(checkServiceName(name)).toBe(stored)
  })

  it.each([
    ['', 'is empty'],
    ['   ', 'is empty'],
    ['x'.repeat(129), 'is longer than 128 characters'],
    ['a/b', 'contains "/"'],
    ['-rf', 'starts with "-"'],
    ['a\nb', 'contains a control or invisible character'],
    ['a\u0000b', 'contains a control or invisible character'],
    ['git\u200bhub', 'contains a control or invisible character'],
    ['git\u200dhub', 'contains a control or invisible character'],
    ['\u202egit', 'contains a control or invisible character'],
    ['a\ud800', 'contains a control or invisible character'],
  ])('%j is refused: %s', (name, reason) => {
    expect(() => checkServiceName(name)).toThrow(
      expect.objectContaining({ code: 'bad_config', message: expect.stringContaining(reason) }),
    )
  })

  it('is printed safely when it is refused', () => {
    expect(() => checkServiceName('\u001b[31m/\u202e')).toThrow(
      'the service name "\\x1b[31m/\\u202e" contains "/"',
    )
  })

  it('is a string, or the call was wrong', () => {
    for (const name of [undefined, null, 5, {}]) {
      expect(() => checkServiceName(name)).toThrow(expect.objectContaining({ code: 'usage' }))
    }
  })
})
