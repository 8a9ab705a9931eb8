import {
  decodeSegment,
  encodeSegment,
  infoKey,
  keyPrefix,
  parseRecordKey,
  recordKey,
  statsKey,
} from '@mcpstore/storage'
import fc from 'fast-check'
import { expect, test } from 'vitest'

const name = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !/\p{Surrogate}/u.test(text))
const scope = fc.oneof(
  fc.constant('store' as const),
  name.map((agent) => ({ agent })),
)

test('the keys are those of the documented layout, to the letter', () => {
  const prefix = keyPrefix('default', 'workspace1')
  const own = (kind: 'config' | 'cache' | 'state') =>
    prefix + recordKey({ scope: 'store', service: 'weather', kind })
  const agent = { agent: 'researcher' }
  expect([
    own('config'),
    own('cache'),
    own('state'),
    prefix + infoKey('get_current_weather'),
    prefix + statsKey('get_current_weather'),
    prefix + recordKey({ scope: agent, service: 'weather', kind: 'config' }),
    prefix + recordKey({ scope: agent, service: 'weather', kind: 'assignment' }),
    prefix + recordKey({ scope: 'store', service: 'weather', kind: 'birth' }),
    prefix + infoKey('get_current_weather', agent),
    prefix + statsKey('get_current_weather', agent),
    keyPrefix('default', 'workspace1', { hashTag: true }) + statsKey('a b'),
  ]).toEqual([
    'default:workspace1:services:weather:config',
    'default:workspace1:services:weather:cache',
    'default:workspace1:services:weather:state',
    'default:workspace1:tools:get_current_weather:info',
    'default:workspace1:tools:get_current_weather:stats',
    'default:workspace1:agents:researcher:services:weather:config',
    'default:workspace1:agents:researcher:services:weather:assignment',
    'default:workspace1:services:weather:birth',
    'default:workspace1:agents:researcher:tools:get_current_weather:info',
    'default:workspace1:agents:researcher:tools:get_current_weather:stats',
    '{default:workspace1}:tools:a%20b:stats',
  ])
})

test('what a segment may not hold is percent-encoded, the rest is readable', () => {
  expect(encodeSegment('a:b*c{d}%"\'/\n')).toBe('a%3Ab%2Ac%7Bd%7D%25%22%27%2F%0A')
  expect(encodeSegment('北京-Wetter_1.0~')).toBe('北京-Wetter_1.0~')
})

test('a name that no key can hold is refused', () => {
  for (const bad of ['', 'x\ud800']) {
    expect(() => encodeSegment(bad)).toThrowError(expect.objectContaining({ code: 'usage' }))
  }
})

test('every name comes back from its segment', () => {
  fc.assert(fc.property(name, (text) => void expect(decodeSegment(encodeSegment(text))).toBe(text)))
})

test('a segment holds nothing that separates, globs, quotes or breaks a line', () => {
  fc.assert(
    fc.property(name, (text) => void expect(encodeSegment(text)).not.toMatch(/[\0-\x20:*?[\]{}"'\\/\x7f]/)),
  )
})

test('every record name comes back from its key, and different names never share one', () => {
  const kind = fc.constantFrom('config', 'cache', 'state', 'outdated', 'asked', 'assignment', 'birth')
  const records = fc
    .record({ scope, service: name, kind })
    .filter(({ scope: whose, kind: what }) => what !== (whose === 'store' ? 'assignment' : 'birth'))
  fc.assert(
    fc.property(records, (record) => void expect(parseRecordKey(recordKey(record as never))).toEqual(record)),
  )
})

test('a key that the layout never makes has no name', () => {
  const foreign = [
    '',
    'services:weather',
    'services:we ather:config',
    'services:%41:config',
    'services:%zz:config',
  ]
  const misplaced = ['services:weather:assignment', 'agents:x:services:a:birth']
  for (const key of [...foreign, ...misplaced, 'agents::services:a:config', 'services:a:b:config']) {
    expect(parseRecordKey(key), key).toBeUndefined()
  }
})
