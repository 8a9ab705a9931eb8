import { expect, expectTypeOf, test } from 'vitest'
import { McpStoreError, StorageError, type StorageErrorCode } from '../src/index.ts'

test('what was caught and is one of ours has a code that is text to the compiler, not anything', () => {
  const caught: unknown[] = [
    new McpStoreError('timeout', 'late'),
    new StorageError('storage', 'full'),
    new Error('x'),
  ]
  const codes = caught.map((error) => {
    if (error instanceof StorageError) {
      expectTypeOf(error.code).toEqualTypeOf<StorageErrorCode>()
      return error.code
    }
    if (!(error instanceof McpStoreError)) return undefined
    expectTypeOf(error.code).toEqualTypeOf<string>()
    expectTypeOf(error.hint).toEqualTypeOf<string | undefined>()
    return error.code
  })
  class Own extends McpStoreError {
    readonly own = 1
  }
  const one: unknown = new Own('timeout', 'late')
  if (one instanceof Own) expectTypeOf(one.own).toEqualTypeOf<number>()
  expect(codes).toEqual(['timeout', 'storage', undefined])
  expect(Object.hasOwn(McpStoreError, Symbol.hasInstance)).toBe(false)
})
