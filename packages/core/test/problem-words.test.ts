import { expect, test } from 'vitest'
import { checkArguments } from '../src/tools/calls/check-arguments.ts'
import type { ListedTool } from '../src/tools/lists/tool-list.ts'

test.each<[schema: object, value: unknown, words: string]>([
  [{ type: 'string' }, 5, 'x: must be a string, not a number'],
  [{ type: 'boolean' }, 'yes', 'x: must be true or false, not a string'],
  [{ type: ['array', 'null'] }, true, 'x: must be a list or null, not a boolean'],
  [{ enum: ['a', 'b,c'] }, 'd', 'x: must be one of "a", "b,c"'],
  [{ enum: [1, 2] }, 3, 'x: must be one of 1, 2'],
  [{ anyOf: [{ type: 'string' }, { type: 'null' }] }, 5, 'x: fits none of the forms it may have'],
  [{ maximum: 10 }, 99, 'x: 99 is greater than 10'],
  [{ minLength: 3 }, 'ab', 'x: String is too short (2 < 3)'],
])('an argument that must be %j and is %j is told in words', async (schema, value, words) => {
  const inputSchema = { type: 'object', properties: { x: schema } }
  const tool = { name: 's/t', service: 's', tool: 't', exportName: 's__t', inputSchema } satisfies ListedTool
  await expect(checkArguments(tool, { x: value })).rejects.toMatchObject({
    message: `the arguments do not fit s/t: ${words}`,
  })
})
