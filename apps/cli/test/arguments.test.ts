import { describe, expect, it } from 'vitest'
import {
  type ArgumentWords,
  mergeArguments,
  parseArgsObject,
  splitArguments,
} from '../src/arguments/arguments.ts'

const schema = {
  type: 'object',
  properties: {
    text: { type: 'string' },
    count: { type: 'integer' },
    ratio: { type: 'number' },
    loud: { type: 'boolean' },
    tags: { type: 'array', items: { type: 'string' } },
    sizes: { type: 'array', items: { type: 'number' } },
    filter: { type: 'object' },
    nullable: { type: ['integer', 'null'] },
    optional: { anyOf: [{ type: 'number' }, { type: 'null' }] },
    mixed: { anyOf: [{ type: 'string' }, { type: 'number' }] },
    level: { $ref: '#/$defs/Level' },
    ring: { $ref: '#/$defs/Ring' },
    choice: { enum: [1, 2] },
    any: { enum: [1, 'two', '3', 3, null, true] },
    pair: {
      type: 'array',
      prefixItems: [{ type: 'integer' }, { type: 'string' }],
      items: { type: 'boolean' },
    },
    anything: {},
  },
  $defs: { Level: { type: 'integer' }, Ring: { $ref: '#/$defs/Ring' } },
}

/** The words of which none names a file. */
function split(...words: string[]): ArgumentWords {
  const { texts, json } = splitArguments(words)
  const read = [...texts].map(([name, values]) => [name, values.map((one) => 'text' in one && one.text)])
  return { texts: new Map(read as [string, string[]][]), json }
}

function read(...words: string[]): Record<string, unknown> {
  const { args, misfits } = mergeArguments({}, split(...words), schema)
  const [misfit] = misfits
  if (misfit) throw Object.assign(new Error(misfit.problem), { code: 'bad_arguments', hint: misfit.hint })
  return args
}

it('a value of a list without a type was read as a text', () => {
  expect(read('any=1')).toEqual({ any: 1 })
  expect(read('any=two')).toEqual({ any: 'two' })
  expect(read('any=3'), 'a text that is in the list').toEqual({ any: '3' })
  expect(read('any=null')).toEqual({ any: null })
  expect(read('any=true')).toEqual({ any: true })
  expect(read('any=4')).toEqual({ any: '4' })
})

it('of a tuple each item was read as a text', () => {
  expect(read('pair=1')).toEqual({ pair: [1] })
  expect(read('pair=1', 'pair=2', 'pair=true')).toEqual({ pair: [1, '2', true] })
})

describe('k=v is read by the type of the schema', () => {
  it.each<[string, unknown]>([
    ['text=5', { text: '5' }],
    ['text=01234', { text: '01234' }],
    ['text=1e3', { text: '1e3' }],
    ['text={"a":1}', { text: '{"a":1}' }],
    ['text=null', { text: 'null' }],
    ['text=@@alice', { text: '@alice' }],
    ['text=true', { text: 'true' }],
    ['text=a=b', { text: 'a=b' }],
    ['text=', { text: '' }],
    ['count=5', { count: 5 }],
    ['count=-5', { count: -5 }],
    ['count=5.0', { count: 5 }],
    ['ratio=0.5', { ratio: 0.5 }],
    ['ratio=1e3', { ratio: 1000 }],
    ['loud=false', { loud: false }],
    ['tags=a', { tags: ['a'] }],
    ['tags=5', { tags: ['5'] }],
    ['tags=["a","b"]', { tags: ['a', 'b'] }],
    ['sizes=5', { sizes: [5] }],
    ['filter={"a":1}', { filter: { a: 1 } }],
    ['nullable=null', { nullable: null }],
    ['nullable=3', { nullable: 3 }],
    ['optional=2.5', { optional: 2.5 }],
    ['mixed=5', { mixed: '5' }],
    ['level=3', { level: 3 }],
    ['ring=3', { ring: '3' }],
    ['choice=2', { choice: 2 }],
    ['anything=5', { anything: '5' }],
    ['unknown=5', { unknown: '5' }],
    ['__proto__=5', JSON.parse('{"__proto__":"5"}')],
  ])('%s', (word, expected) => {
    expect(read(word)).toEqual(expected)
  })

  it.each([
    'count=five',
    'count=',
    'count=0x10',
    'count=2.5',
    'count=12345678901234567890',
    'ratio=NaN',
    'loud=yes',
    'filter=plain',
    'sizes=big',
    'choice=two',
  ])('%s is refused, naming the argument', (word) => {
    expect(() => read(word)).toThrow(expect.objectContaining({ code: 'bad_arguments' }))
    expect(() => read(word)).toThrow(`"${word.split('=')[0]}"`)
  })

  it.each([
    ['count=x', 'argument "count" must be an integer'],
    ['loud=x', 'argument "loud" must be true or false'],
    ['nullable=x', 'argument "nullable" must be an integer or null'],
  ])('%s is told in words: %s', (word, message) => {
    expect(() => read(word)).toThrow(message)
  })

  it('a list that is broken JSON is refused, not sent as a text', () => {
    expect(() => read('tags=["a"')).toThrow('not valid JSON')
  })

  it('repeated, it makes a list where the schema says list', () => {
    expect(read('tags=a', 'tags=b', 'sizes=1', 'sizes=2')).toEqual({ tags: ['a', 'b'], sizes: [1, 2] })
    expect(() => read('text=a', 'text=b')).toThrow('given 2 times')
    expect(() => read('unknown=a', 'unknown=b')).toThrow('given 2 times')
  })
})

describe('k:=json', () => {
  it('is always JSON, whatever the schema says', () => {
    expect(read('text:=5', 'count:="5"', 'anything:={"a":[null]}')).toEqual({
      text: 5,
      count: '5',
      anything: { a: [null] },
    })
  })

  it('is refused when it is not JSON, without repeating the value', () => {
    expect(() => read('text:=s3cr3t')).toThrow(/^(?!.*s3cr3t).*"text"/)
  })

  it('cannot be given beside k=v, nor twice', () => {
    expect(() => read('tags=a', 'tags:=["b"]')).toThrow('given twice')
    expect(() => read('tags:=["b"]', 'tags=a')).toThrow('given twice')
    expect(() => read('tags:=1', 'tags:=2')).toThrow('given twice')
  })

  it('what is no JSON is named, all of it', () => {
    expect(() => read('a:=x', 'b:=1', 'c:=9007199254740993')).toThrow(
      /"a" is not valid JSON; argument "c" has/,
    )
  })
})

describe('a number that JavaScript would round is refused, naming the argument', () => {
  const big = '9007199254740993'

  it.each([
    `n:=${big}`,
    'n:=1e400',
    'n:=-1e-400',
    `n:={"deep":[1,-${big}.0]}`,
    'n:=123456789012345678901234567890',
    `ratio=${big}`,
    'ratio=1e400',
    `count=${big}`,
    `sizes=[1,${big}]`,
    `filter={"a":${big}}`,
  ])('%s', (word) => {
    const name = /^\w+/.exec(word)?.[0]
    expect(() => read(word)).toThrow(
      expect.objectContaining({
        code: 'bad_arguments',
        message: `argument "${name}" has a number that cannot be sent without rounding it`,
        hint: expect.stringContaining('string'),
      }),
    )
  })

  it('in --args too, of all that stand there', () => {
    const text = `{"a\\"1":1,"s":"\\\\${big}\\"","b":{"c":[${big}]}}`
    expect(() => parseArgsObject(text)).toThrow('argument "b" has a number')
    expect(() => parseArgsObject(`[${big}]`)).toThrow('--args has a number')
  })

  it('what keeps its value is sent', () => {
    const words = [
      '9007199254740992',
      '1e23',
      '0.1',
      '-0',
      '0e999',
      '0.30000000000000000001',
      '1.5E+300',
      '5e-324',
    ]
    for (const word of words) expect(read(`n:=${word}`, `ratio=${word}`)).toEqual({ n: +word, ratio: +word })
    expect(read(`n:="${big}"`, `text=${big}`)).toEqual({ n: big, text: big })
  })

  it('a text as long as stdin may be is no trouble', () => {
    const long = 'a\\n'.repeat(4 * 1024 * 1024)
    expect(parseArgsObject(`{"text":"${long}","n":1}`)).toMatchObject({ n: 1 })
  })
})

it('all texts that do not fit are named, and the others are read', () => {
  const { args, misfits } = mergeArguments({}, split('count=five', 'ratio=0.5', 'loud=yes'), schema)
  expect(args).toEqual({ ratio: 0.5 })
  expect(misfits.map(({ name }) => name)).toEqual(['count', 'loud'])
})

it('of the words after -- no text names a file', () => {
  const { texts } = splitArguments(['a=@file', 'b=@file', '-c=@@d'], { literals: 2 })
  expect([...texts.values()]).toEqual([[{ file: 'file' }], [{ text: '@file' }], [{ text: '@@d' }]])
})

it.each(['word', '=value', ':=1'])('%j is no argument', (word) => {
  expect(() => splitArguments([word])).toThrow(expect.objectContaining({ code: 'usage' }))
})

it.each<[string, string[], string, RegExp]>([
  ['ok', ['sleep'], '"sleep" is not of the form name=value', /: mcpstore use-tool ok\/sleep$/],
  ['ok', ['sleep', 'n=1'], '"sleep" is not of the form name=value', /: mcpstore use-tool ok\/sleep$/],
  [
    'ok/sleep',
    ['{"n":"s3cr3t"}'],
    'argument 1 of the tool is not of the form name=value',
    /: mcpstore use-tool ok\/sleep --args '{…}'$/,
  ],
  ['ok/sleep', ['n=1', 'loud'], '"loud" is not of the form name=value', /^Write name=text/],
  ['ok', ['x'.repeat(33)], 'argument 1 of the tool is not of the form name=value', /^Write name=text/],
])(
  'what was meant by a word behind %s that is no argument was not named: %j',
  (tool, words, message, hint) => {
    const fault = { code: 'usage', message, hint: expect.stringMatching(hint) }
    expect(() => splitArguments(words, { tool })).toThrow(expect.objectContaining(fault))
    expect(() => splitArguments(words, { tool })).toThrow(/^(?!.*s3cr3t)/)
  },
)

describe('--args', () => {
  it('takes a JSON object', () => {
    expect(parseArgsObject('\uFEFF{"a": 1}')).toEqual({ a: 1 })
  })

  it.each(['[1]', '"text"', 'null', '5', '{"password": s3cr3t}', 's3cr3t', ''])(
    'refuses %j without repeating it',
    (text) => {
      expect(() => parseArgsObject(text)).toThrow(expect.objectContaining({ code: 'bad_arguments' }))
      expect(() => parseArgsObject(text)).toThrow(/^(?!.*s3cr3t)/)
    },
  )

  it('single arguments win over the object', () => {
    const { args } = mergeArguments(
      { text: 'base', count: 1, loud: true },
      split('count=2', 'loud:=false'),
      schema,
    )
    expect(args).toEqual({ text: 'base', count: 2, loud: false })
  })
})
