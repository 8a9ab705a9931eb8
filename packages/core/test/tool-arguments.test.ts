import { expect, test, vi } from 'vitest'
import { checkArguments } from '../src/tools/calls/check-arguments.ts'
import { parseArguments, readArguments } from '../src/tools/calls/read-arguments.ts'
import { failureOf, linesOf, open, scratch, server } from './stores.ts'

const read = async (given: unknown) =>
  typeof given === 'string' ? parseArguments(given) : readArguments(given)

const tool = (inputSchema: object) => ({
  name: 'demo/t',
  service: 'demo',
  tool: 't',
  exportName: 'demo__t',
  inputSchema,
})

const circular: Record<string, unknown> = { fine: true }
circular['self'] = circular

test.each([
  ['a BigInt', { ok: 1, bad: 7n }, 'it holds a bigint'],
  ['a BigInt deep inside', { bad: { list: [1, { n: 7n }] } }, 'it holds a bigint'],
  ['NaN', { bad: Number.NaN }, 'it holds NaN'],
  ['infinity', { bad: [Number.NEGATIVE_INFINITY] }, 'it holds -Infinity'],
  ['a function', { bad: () => {} }, 'it holds a function'],
  ['itself', { bad: circular }, 'it contains itself'],
  ['a toJSON that fails', { bad: thrower() }, 'toJSON() fails'],
  ['a number too large, as text', '{"bad": 1e999}', 'it holds Infinity'],
])('arguments with %s are refused by name', async (_, args, reason) => {
  const failure = await failureOf(read(args))
  expect(failure).toMatchObject({ code: 'bad_arguments' })
  expect(failure.message).toContain('argument "bad" cannot be sent as JSON')
  expect(failure.message).toContain(reason)
})

test('arguments that cannot be sent are refused before anything is started', async () => {
  const starts = `${scratch()}/starts`
  const ctx = (await open()).forStore()
  await ctx.addService({ demo: server({ startFile: starts }) })
  expect(await failureOf(ctx.useTool('demo/echo', { text: 7n }))).toMatchObject({ code: 'bad_arguments' })
  expect(linesOf(starts)).toBe(0)
})

test('what is checked is what is sent, whatever becomes of the given object meanwhile', async () => {
  const given = { when: new Date(0), gone: undefined, list: [1], text: 'x' }
  const args = readArguments(given)
  given.list.push(2)
  expect(args).toEqual({ when: '1970-01-01T00:00:00.000Z', list: [1], text: 'x' })
  expect(Object.keys(args)).not.toContain('gone')
})

test('a pattern that would take for ever is left to the server', async () => {
  const trap = tool({ type: 'object', properties: { text: { type: 'string', pattern: '^(a+)+$' } } })
  await checkArguments(trap, { text: 'aaa' })
  expect(await failureOf(checkArguments(trap, { text: 'b' }))).toMatchObject({
    code: 'bad_arguments',
    message: expect.stringContaining('does not match pattern'),
  })
  await checkArguments(trap, { text: `${'a'.repeat(100)}b` })
})

test('a schema is prepared once, however often its tool is called', async () => {
  const prepared = vi.spyOn(globalThis, 'structuredClone')
  const plain = tool({ type: 'object', properties: { n: { type: 'number' } } })
  for (let n = 0; n < 5; n++) await checkArguments(plain, { n })
  expect(await failureOf(checkArguments(plain, { n: 'x' }))).toMatchObject({ code: 'bad_arguments' })
  expect(prepared).toHaveBeenCalledTimes(1)
  prepared.mockRestore()
})

test('references that multiply are left to the server', async () => {
  const steps = Array.from({ length: 60 }, (_, n) => {
    const next = { $ref: `#/$defs/d${n + 1}` }
    return [`d${n}`, { allOf: [next, next] }]
  })
  const $defs = Object.fromEntries([...steps, ['d60', { type: 'object' }]])
  await checkArguments(tool({ $ref: '#/$defs/d0', $defs }), {})
})

function thrower(): object {
  return {
    toJSON() {
      throw new Error('no')
    },
  }
}
