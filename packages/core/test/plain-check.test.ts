import fc from 'fast-check'
import { expect, test } from 'vitest'
import { plainCheck } from '../src/tools/calls/plain-check.ts'
import { schemaCheck } from '../src/tools/calls/schema-check.ts'

const name = fc.constantFrom('a', 'b', 'c', '__proto__', 'toString')
const value = fc.oneof(fc.constantFrom('text', 1, 1.5, -0, true, null), fc.constant([]), fc.constant({}))
const property = fc.oneof(
  fc.record({ type: fc.constantFrom('string', 'number', 'integer', 'boolean', 'null') }),
  fc.record({ type: fc.constant('string'), description: fc.constant('a'), default: value }),
  fc.constantFrom<unknown>(
    { type: 'array' },
    { type: 'string', minLength: 5 },
    { enum: [1] },
    true,
    false,
    {},
  ),
)
const schema = fc.record(
  {
    type: fc.constantFrom('object', 'object', 'object', 'string'),
    properties: fc.dictionary(name, property),
    required: fc.array(name, { maxLength: 1 }),
    additionalProperties: fc.constantFrom<unknown>(true, true, false, { type: 'string' }),
    $schema: fc.constantFrom('http://json-schema.org/draft-07/schema#'),
    minProperties: fc.constantFrom<unknown>(undefined, 2),
  },
  { requiredKeys: ['type'] },
)

test('whatever the plain check passes, the whole one passes too', async () => {
  let passed = 0
  await fc.assert(
    fc.asyncProperty(schema, fc.dictionary(name, value, { maxKeys: 2 }), async (given, args) => {
      if (!plainCheck(given)?.(args)) return
      passed++
      expect((await schemaCheck(given))(args)).toEqual([])
    }),
    { numRuns: 3000 },
  )
  expect(passed).toBeGreaterThan(50)
})

test('it knows the usual schema, and leaves others to the whole check', () => {
  const properties = { text: { type: 'string', description: 'What to say' }, times: { type: 'integer' } }
  const check = plainCheck({ type: 'object', properties, required: ['text'], additionalProperties: false })
  expect(check?.({ text: 'a', times: 2 })).toBe(true)
  expect(check?.({ text: 'a', times: 2.5 })).toBe(false)
  expect(check?.({ times: 2 })).toBe(false)
  expect(check?.({ text: 'a', more: 1 })).toBe(false)
  expect(plainCheck({ type: 'object', patternProperties: {} })).toBeUndefined()
})
