import { expect, test } from 'vitest'
import { formatStamp } from '../src/records/stamp.ts'
import { Replica } from '../src/replica/replica.ts'

test('a clear that the clock takes for one of the future is taken once, however often it is read', () => {
  const told: string[] = []
  const ignore = () => {}
  const replica = new Replica({
    onRecord: ignore,
    onRemoved: ignore,
    onCounter: ignore,
    onCleared: () => void told.push('cleared'),
    onQueued: ignore,
    onSettled: ignore,
    onCounted: ignore,
  })
  const clear = formatStamp(7_200_000, 0, 'a'.repeat(10))
  for (let read = 0; read < 3; read++) replica.clear(clear, 0)
  expect(told).toEqual(['cleared'])
  expect(replica.cleared).toBe(clear)
})
