/** Tests that have a process each: they replace a module, which others there have loaded already, or weigh the heap, for which they set V8. */
export const alone: string[] = [
  'packages/core/test/connections-requests.test.ts',
  'packages/core/test/connections-second-sdk.test.ts',
  'packages/core/test/connections-wire.test.ts',
  'packages/core/test/home.test.ts',
  'packages/core/test/known-lists.test.ts',
  'packages/core/test/store-lazy-redis.test.ts',
  'packages/storage/test/sqlite.test.ts',
]
