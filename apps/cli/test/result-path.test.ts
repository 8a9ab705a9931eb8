import { expect, it } from 'vitest'
import { extract, parseResultPath } from '../src/output/results/result-path.ts'

const root = {
  a: { b: [1, { c: 'x' }, null] },
  'odd name': { 'x.y': true, '[0]': 2 },
  list: [{ n: 1 }, {}, { n: 3 }, 5],
  empty: [],
  ' ': 's',
  $: 'dollar',
}

it.each<[string, unknown]>([
  ['a.b[0]', { value: 1 }],
  ['a.b[-1]', { value: null }],
  ['a.b[1].c', { value: 'x' }],
  ['["odd name"]["x.y"]', { value: true }],
  ['odd name["[0]"]', { value: 2 }],
  ['list[*].n', { many: [1, 3] }],
  ['a[*][1].c', { many: ['x'] }],
  ['empty[*].n', { many: [] }],
  ['$', { value: root }],
  ['$.a.b[0]', { value: 1 }],
  ['$["$"]', { value: 'dollar' }],
  ['x', { missing: 'there is: a, odd name, list, empty,  , $' }],
  ['a.b.c', { missing: 'at a.b is a list of 3' }],
  ['a.b[3]', { missing: 'at a.b is a list of 3' }],
  ['a.b[0].c', { missing: 'at a.b[0] is a number' }],
  ['a.b[2].c', { missing: 'at a.b[2] is null' }],
  ['list[1].n', { missing: 'at list[1] is an empty object' }],
  ['a.b[0][*]', { missing: 'at a.b[0] is a number' }],
  ['__proto__', { missing: 'there is: a, odd name, list, empty,  , $' }],
  ['a.b.length', { missing: 'at a.b is a list of 3' }],
])('%s', (path, found) => {
  expect(extract(root, parseResultPath(path))).toEqual(found)
})

it.each(['', '.', '.a', 'a.', 'a..b', 'a[', 'a[b]', 'a[0', 'a[1.5]', 'a["b]', '[]', '$a.', 'a[*', 'a]'])(
  '%j is no path',
  (path) => {
    expect(() => parseResultPath(path)).toThrow(expect.objectContaining({ code: 'usage' }))
  },
)

it('what there is, is named up to ten names', () => {
  const many = Object.fromEntries(Array.from({ length: 12 }, (_, at) => [`k${at}`, at]))
  expect(extract(many, parseResultPath('x'))).toEqual({
    missing: `there is: ${Array.from({ length: 10 }, (_, at) => `k${at}`).join(', ')}, and 2 more`,
  })
})
