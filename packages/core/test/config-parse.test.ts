// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders are what is tested
import { resolve } from 'node:path'
import { McpStoreError } from '@mcpstore/storage'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ParsedServices, parseServices } from '../src/config/parse.ts'

const cwd = resolve('/project')
const parse = (input: unknown): Promise<ParsedServices> => parseServices(input, { cwd })
const outcome = async (input: unknown): Promise<{ names: string[]; failures: Record<string, string> }> => {
  const { services, failures } = await parse(input)
  return {
    names: services.map(({ name }) => name),
    failures: Object.fromEntries(failures.map(({ name, error }) => [name, error.message])),
  }
}
const refusal = async (input: unknown): Promise<McpStoreError> => {
  const error = await parse(input).catch((thrown: unknown) => thrown)
  return error instanceof McpStoreError ? error : expect.fail('not refused')
}

describe('a wrong entry', () => {
  it('is named with its field, and the right ones are still read', async () => {
    const input = {
      mcpServers: { a: { command: 'npx' }, b: { comand: 'npx' }, c: null, d: { url: 'https://example.com' } },
    }
    expect(await outcome(input)).toEqual({
      names: ['a', 'd'],
      failures: {
        b: 'service "b": unknown field "comand"; command or url is missing',
        c: 'service "c": must be an object, not null',
      },
    })
    const { failures } = await parse(input)
    expect(failures.map(({ error }) => error.code)).toEqual(['bad_config', 'bad_config'])
    expect(failures[0]?.error.hint).toBe('Did you mean "command"?')
  })

  it('may be every one', async () => {
    expect(await outcome({ mcpServers: { a: {}, b: 5 } })).toEqual({
      names: [],
      failures: {
        a: 'service "a": command or url is missing',
        b: 'service "b": must be an object, not a number',
      },
    })
  })

  it('is reported in a line that can be read and printed', async () => {
    const env = Object.fromEntries(Array.from({ length: 25 }, (_, index) => [`V${index}`, null]))
    const { failures } = await outcome({ a: { command: 'npx', env, '\u001b[31m': 1 } })
    expect(failures['a']).toMatch(
      /^service "a": unknown field "\\x1b\[31m"; env\.V0 must be .*; and 16 more$/,
    )
  })

  it('has a name that no service may have', async () => {
    const { names, failures } = await outcome({
      mcpServers: { 'a/b': { command: 'npx' }, ok: { command: 'npx' } },
    })
    expect(names).toEqual(['ok'])
    expect(failures['a/b']).toBe('the service name "a/b" contains "/"')
  })

  it('has no name where it must have one', async () => {
    expect(
      await outcome([
        { command: 'npx' },
        { name: 5, command: 'npx' },
        'weather',
        { name: 'a', command: 'npx' },
      ]),
    ).toEqual({
      names: ['a'],
      failures: {
        'service 1 of the list': 'service 1 of the list needs a name, a string in its field "name"',
        'service 2 of the list': 'service 2 of the list needs a name, a string in its field "name"',
        'service 3 of the list': 'service 3 of the list needs a name, a string in its field "name"',
      },
    })
    expect(await outcome({ command: 'npx' })).toEqual({
      names: [],
      failures: { 'the service': 'the service needs a name, a string in its field "name"' },
    })
  })
})

describe('a name given twice', () => {
  const twice = { names: ['b'], failures: { a: 'service "a": 2 services have this name' } }

  it('in a list is refused, whichever was meant', async () => {
    const [first, second] = ['npx', 'node'].map((command) => ({ name: 'a', command }))
    expect(await outcome([first, second, { name: 'b', command: 'npx' }])).toEqual(twice)
  })

  it('is noticed after trimming and composing accents', async () => {
    expect(
      await outcome({ a: { command: 'npx' }, ' a ': { command: 'npx' }, b: { command: 'npx' } }),
    ).toEqual(twice)
    const { failures } = await outcome({ 'caf\u00e9': { command: 'npx' }, 'cafe\u0301': { command: 'npx' } })
    expect(Object.values(failures)).toEqual(['service "caf\u00e9": 2 services have this name'])
  })

  it('in JSON text is refused with its lines, where JSON.parse would drop the first', async () => {
    const text =
      '{"mcpServers": {\n"a": {"command": "npx"},\n"a": {"command": "node"},\n"b": {"command": "npx"}}}'
    expect(await outcome(text)).toEqual({
      names: ['b'],
      failures: { a: 'service "a": the name stands twice, on lines 2, 3' },
    })
  })

  it('inside a service is refused by field', async () => {
    const text =
      '{"a": {"command": "npx", "env": {"X": "1", "X": "2"}, "args": [],\n"args": []}, "b": {"command": "npx"}}'
    expect(await outcome(text)).toEqual({
      names: ['b'],
      failures: { a: 'service "a": env.X stands twice, on line 1; args stands twice, on lines 1, 2' },
    })
  })

  it('for the block of services is refused as a whole', async () => {
    const error = await refusal(
      '{"mcpServers": {"a": {"command": "npx"}},\n"mcpServers": {"b": {"command": "npx"}}}',
    )
    expect(error.message).toBe('the text: "mcpServers" stands twice, on lines 1, 2')
    expect(error.hint).toBe('Put the services of all of them into one.')
  })

  it('elsewhere in the file is nobody’s business', async () => {
    const text =
      '{"theme": "a", "theme": "b", "x": {"y": 1, "y": 2}, "mcpServers": {"b": {"command": "npx"}}}'
    expect(await outcome(text)).toEqual({ names: ['b'], failures: {} })
  })
})

describe('input that holds no services', () => {
  const example = 'For example {"mcpServers": {"weather": {"url": "https://example.com/mcp"}}}.'

  it.each<[unknown, string]>([
    [5, 'the config holds a number, no services'],
    [null, 'the config holds null, no services'],
    [undefined, 'the config holds undefined, no services'],
    [true, 'the config holds a boolean, no services'],
    [{}, 'the config holds no services'],
    [[], 'the config names no service'],
    [{ mcpServers: {} }, 'the config names no service'],
    [{ servers: {} }, 'the config names no service'],
    [{ telemetry: { enabled: false }, ui: { theme: 'dark' } }, 'the config holds no services'],
    ['"weather"', 'the text holds a string, no services'],
    ['{}', 'the text holds no services'],
    ['null', 'the text holds null, no services'],
  ])('%j is refused with an example', async (input, message) => {
    expect(await refusal(input)).toMatchObject({
      code: 'bad_config',
      message,
      hint: expect.stringContaining(example),
    })
  })

  it('is refused with what was probably meant', async () => {
    const error = await refusal({ mcpservers: { a: {} } })
    expect(error.hint).toBe(`Did you mean "mcpServers"? ${example}`)
  })

  it('is refused when mcpServers is no object', async () => {
    const error = await refusal({ mcpServers: [{ name: 'a', command: 'npx' }] })
    expect(error.message).toBe('mcpServers must be an object of names to services, not a list')
  })
})

describe('text that is not JSON', () => {
  it.each([
    ['', 'the text is empty'],
    [' \n\uFEFF', 'the text is empty'],
    ['{', 'the text is not valid JSON: line 1, column 2: a closing } was expected'],
    [
      '{"a": {"command": "npx"}\n "b": {}}',
      'the text is not valid JSON: line 2, column 2: a comma was expected',
    ],
    ["{'a': 1}", 'the text is not valid JSON: line 1, column 2: something that is no JSON value'],
    [
      '{"a": {"command": "C:\\x"}}',
      'the text is not valid JSON: line 1, column 19: an escape that JSON does not know (a backslash is written \\\\)',
    ],
    ['{"a": 1} x', 'the text is not valid JSON: line 1, column 10: something that is no JSON value'],
    [
      '"a": {"command": "npx"}',
      'the text is not valid JSON: line 1, column 4: something stands after the end',
    ],
  ])('%j is refused with line and column', async (text, message) => {
    expect(await refusal(text)).toMatchObject({ code: 'bad_config', message })
  })

  it('is refused without its content, which may be secret', async () => {
    const { message, hint } = await refusal('{"a": {"env": {"TOKEN": "hunter2}}}')
    expect(`${message} ${hint}`).not.toContain('hunter2')
  })

  it('is refused when it is nested too deeply', async () => {
    const error = await refusal(`{"a": ${'['.repeat(200_000)}`)
    expect(error.message).toBe('the text is nested too deeply')
  })
})

describe('names that every object knows', () => {
  it('are names like any other', async () => {
    const text =
      '{"mcpServers": {"__proto__": {"command": "npx"}, "constructor": {"command": "node", "env": {"__proto__": "x"}}}}'
    const { services, failures } = await parse(text)
    expect(failures).toEqual([])
    expect(services.map(({ name }) => name)).toEqual(['__proto__', 'constructor'])
    expect(JSON.stringify(services[1]?.config)).toContain('{"__proto__":"x"}')
    expect(({} as { command?: unknown }).command).toBeUndefined()
  })

  it('give an entry no fields', async () => {
    const text = '{"mcpServers": {"a": {"__proto__": {"command": "npx"}}}}'
    expect((await outcome(text)).failures['a']).toContain('unknown field "__proto__"')
    expect((await refusal('{"__proto__": {"mcpServers": {"a": {"command": "npx"}}}}')).code).toBe(
      'bad_config',
    )
  })
})

describe('whatever is parsed', () => {
  const field = fc.constantFrom(
    ...[
      'mcpServers',
      'servers',
      'mcp',
      'name',
      'command',
      'args',
      'env',
      'url',
      'headers',
      'type',
      'cwd',
      'disabled',
    ],
    ...['__proto__', 'constructor', 'a', ' a', 'x/y', '//', 'timeout'],
  )
  const leaf = fc.oneof(
    fc.constantFrom('npx', 'stdio', 'sse', 'https://example.com', '${A}', '${a:b}', '', '\0'),
    fc.jsonValue({ maxDepth: 1 }),
  )
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { depthSize: 'medium' },
      leaf,
      fc.array(tie('tree'), { maxLength: 4 }),
      fc.array(fc.tuple(field, tie('tree')), { maxLength: 5 }).map((fields) => Object.fromEntries(fields)),
    ),
  }))

  const answered = async (input: unknown): Promise<void> => {
    const result = await parse(input).catch((error: unknown) => {
      if (!(error instanceof McpStoreError)) throw error
      expect(error.code).toBe('bad_config')
    })
    if (result === undefined) return
    for (const { name, config } of result.services) {
      expect(await outcome([{ ...config, name }])).toEqual({ names: [name], failures: {} })
    }
    for (const { error } of result.failures) expect(error.code).toBe('bad_config')
  }

  it('is answered with services, failures or bad_config, and what was read can be read again', async () => {
    await fc.assert(fc.asyncProperty(tree, answered), { numRuns: 500 })
    await fc.assert(
      fc.asyncProperty(tree, (value) => answered(JSON.stringify(value))),
      { numRuns: 500 },
    )
    await fc.assert(
      fc.asyncProperty(fc.anything({ withBigInt: true, withDate: true, withMap: true }), answered),
    )
  })

  it('is answered the same as text that is cut or garbled', async () => {
    const text = fc.tuple(tree, fc.nat(), fc.string({ maxLength: 3 })).map(([value, at, noise]) => {
      const json = JSON.stringify(value)
      const place = at % (json.length + 1)
      return json.slice(0, place) + noise + json.slice(place + noise.length)
    })
    await fc.assert(fc.asyncProperty(fc.oneof(text, fc.string({ unit: 'binary' })), answered), {
      numRuns: 500,
    })
  })
})
