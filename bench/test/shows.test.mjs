import { expect, test } from 'vitest'
import { shows } from '../shows.mjs'

test('all sides must have printed the same words, and one that was not run is left out', () => {
  shows(['a', 'b'], 'b a', undefined, 'a, b')
  expect(() => shows(['a', 'b'], 'a b', 'only a')).toThrow('b is not in what was printed:\nonly a')
})
