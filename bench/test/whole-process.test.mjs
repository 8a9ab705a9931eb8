import { expect, test } from 'vitest'
import { measureNode, runNode } from '../whole-process.mjs'

const env = process.env

test('a program answers what it printed, and one that fails is no measurement', () => {
  expect(runNode(['-p', '1 + 1'], env)).toBe('2\n')
  expect(() => runNode(['-e', 'console.error("no"); process.exit(3)'], env)).toThrow(/ended with 3\nno/)
  expect(() => measureNode(['-e', 'process.exit(3)'], env)({ counts: true })).toThrow('ended with 3')
})

test('a round that counts is timed, one that does not tells the memory of that process', () => {
  const small = measureNode(['-e', '0'], env)
  const large = measureNode(['-e', 'Buffer.alloc(150_000_000, 1)'], env)
  expect(small({ counts: true })).toBeTypeOf('number')
  const more = large({ counts: false }).memory - small({ counts: false }).memory
  expect(more).toBeGreaterThan(100_000_000)
})
