import { pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'
import type { Connection } from '../src/connections/index.ts'
import type { HostHandlers, ServerLog } from '../src/host/handlers.ts'
import {
  connect,
  failureOf,
  modernConfig,
  remoteConfig,
  startModern,
  startRemote,
  stdioConfig,
  until,
} from './connections-fixtures.ts'

const patient = { timeoutMs: 10_000 }
const form = {
  message: 'Where to?',
  requestedSchema: {
    type: 'object',
    properties: { city: { type: 'string' }, days: { type: 'integer', default: 3 } },
  },
}
const sampling = { messages: [{ role: 'user', content: { type: 'text', text: 'hi' } }], maxTokens: 5 }

/** Everything a host may do, and what it was asked. */
function host() {
  const asked: unknown[] = []
  const logs: ServerLog[] = []
  const handlers = {
    sampling: (request, { service }) => {
      asked.push(['sampling', service, request])
      return { role: 'assistant', content: { type: 'text', text: 'hello' }, model: 'test' }
    },
    elicitation: async (request, { service }) => {
      asked.push(['elicitation', service, request])
      return { action: 'accept', content: { city: 'Köln' } }
    },
    roots: ['/srv/project', { uri: 'file:///srv/other', name: 'Other' }],
    logging: { level: 'notice', handler: (log) => void logs.push(log) },
  } satisfies HostHandlers
  return { handlers, asked, logs }
}

const roots = {
  roots: [{ uri: pathToFileURL('/srv/project').href }, { uri: 'file:///srv/other', name: 'Other' }],
}
const declared = { sampling: {}, elicitation: { form: {} }, roots: {} }
const answers = {
  sampling: { role: 'assistant', content: { type: 'text', text: 'hello' }, model: 'test' },
  elicitation: { action: 'accept', content: { city: 'Köln', days: 3 } },
}

const withHandshake: [string, (handlers?: HostHandlers) => Promise<Connection>][] = [
  ['stdio', (handlers) => connect(stdioConfig({ logging: true }), {}, undefined, handlers)],
  [
    'HTTP',
    async (handlers) => {
      const { url } = await startRemote({ mode: 'stream', logging: true })
      return connect(remoteConfig(url), {}, undefined, handlers)
    },
  ],
  [
    'SSE',
    async (handlers) => {
      const { url } = await startRemote({ mode: 'sse', logging: true })
      return connect(remoteConfig(url), {}, undefined, handlers)
    },
  ],
]

describe.each(withHandshake)('a server with a handshake, over %s', (_, reach) => {
  const ask = async (connection: Connection, method: string, params: object = {}) =>
    (await connection.callTool('ask', { method, params }, patient)).structuredContent as {
      result?: object
      error?: { code: number; message: string }
    }

  test('is answered by the handlers that are given, and told of them', async () => {
    const { handlers, asked } = host()
    const connection = await reach(handlers)
    const { structuredContent } = await connection.callTool('client', {}, patient)
    expect(structuredContent).toMatchObject({ client: { capabilities: declared }, level: 'notice' })
    expect((await ask(connection, 'sampling/createMessage', sampling)).result).toEqual(answers.sampling)
    expect((await ask(connection, 'elicitation/create', form)).result).toEqual(answers.elicitation)
    expect((await ask(connection, 'roots/list')).result).toEqual(roots)
    expect(asked).toEqual([
      ['sampling', 'demo', sampling],
      ['elicitation', 'demo', form],
    ])
  })

  test('is told of nothing that is not given, and gets "method not found" where it asks all the same', async () => {
    const connection = await reach()
    const { structuredContent } = await connection.callTool('client', {}, patient)
    expect((structuredContent as { client: { capabilities: object } }).client.capabilities).toEqual({})
    for (const method of ['sampling/createMessage', 'elicitation/create', 'roots/list', 'what/ever']) {
      expect((await ask(connection, method)).error).toMatchObject({ code: -32601 })
    }
  })

  test('gets an error from a handler that throws, or answers nothing, and goes on', async () => {
    const connection = await reach({
      sampling: () => Promise.reject(new Error('no model today')),
      elicitation: () => undefined as never,
      roots: () => {
        throw new Error('no roots')
      },
    })
    expect((await ask(connection, 'sampling/createMessage')).error?.message).toContain('no model today')
    expect((await ask(connection, 'elicitation/create', form)).error?.message).toContain('gave no answer')
    expect((await ask(connection, 'roots/list')).error?.message).toContain('no roots')
    for (const wrong of [
      { ...form, mode: 'url' },
      { message: 'no form', requestedSchema: {} },
    ]) {
      expect((await ask(connection, 'elicitation/create', wrong)).error).toMatchObject({ code: -32602 })
    }
    expect((await connection.callTool('echo', { text: 'hi' }, patient)).content).toHaveLength(1)
  })

  test('may send the user to an address where the host says that it can, and only there', async () => {
    const address = { mode: 'url', message: 'Sign in', url: 'https://h.example/x', elicitationId: 'e1' }
    const asked: unknown[] = []
    const connection = await reach({
      elicitation: {
        url: (request) => {
          asked.push(request)
          return { action: 'accept' }
        },
      },
    })
    const { structuredContent } = await connection.callTool('client', {}, patient)
    expect(structuredContent).toMatchObject({ client: { capabilities: { elicitation: { url: {} } } } })
    expect((await ask(connection, 'elicitation/create', address)).result).toEqual({ action: 'accept' })
    expect(asked).toEqual([address])
    expect((await ask(connection, 'elicitation/create', form)).error).toMatchObject({ code: -32602 })
  })

  test('that says that the user is done at an address is heard by nobody', async () => {
    const done: unknown[] = []
    const connection = await reach({
      elicitation: {
        url: ({ message }) => ({ action: message === 'Yes?' ? 'accept' : 'decline' }),
        urlDone: ({ elicitationId }, { service, scope }) => {
          done.push([elicitationId, service, scope])
          throw new Error('a handler may fail')
        },
      },
    })
    const address = { mode: 'url', url: 'https://h.example/x' }
    const tell = (elicitationId: unknown) => {
      const params = { elicitationId }
      return connection.callTool('tell', { method: 'notifications/elicitation/complete', params }, patient)
    }
    await ask(connection, 'elicitation/create', { ...address, message: 'Yes?', elicitationId: 'e1' })
    await ask(connection, 'elicitation/create', { ...address, message: 'No?', elicitationId: 'e2' })
    for (const elicitationId of ['e2', 'never asked', 7, 'e1', 'e1']) await tell(elicitationId)
    await until(() => done.length > 0)
    await tell('e1')
    expect(done).toEqual([['e1', 'demo', 'store']])
  })

  test('that gives its question up aborts the signal of the handler', async () => {
    let given: AbortSignal | undefined
    const connection = await reach({
      elicitation: (_request, { signal }) => {
        given = signal
        return new Promise(() => {})
      },
    })
    await connection.callTool('askAndForget', { method: 'elicitation/create', params: form }, patient)
    await until(() => given?.aborted === true)
  })
})

const stateless: [string, (handlers?: HostHandlers) => Promise<Connection>][] = [
  ['stdio', (handlers) => connect(modernConfig(), {}, undefined, handlers)],
  ['HTTP', async (handlers) => connect(remoteConfig((await startModern()).url), {}, undefined, handlers)],
]

describe.each(stateless)('a server of 2026-07-28, over %s', (_, reach) => {
  test('is answered in rounds, its state untouched, and told in each request of what is given', async () => {
    const { handlers, asked } = host()
    const connection = await reach(handlers)
    const { structuredContent } = await connection.callTool('whoami', {}, patient)
    expect(structuredContent).toMatchObject({
      meta: {
        'io.modelcontextprotocol/clientCapabilities': declared,
        'io.modelcontextprotocol/logLevel': 'notice',
      },
    })
    const questions = [
      ['sampling/createMessage', sampling],
      ['elicitation/create', form],
      ['roots/list', {}],
    ]
    const result = await connection.callTool('ask', { questions, state: 'ünchanged' }, patient)
    expect(result.structuredContent).toEqual({ said: [answers.sampling, answers.elicitation, roots] })
    expect(asked).toHaveLength(2)
  })

  test('that comes back without a question is asked again', async () => {
    const result = await (await reach()).callTool('shed', { times: 2 }, patient)
    expect(result.content?.[0]?.['text']).toBe('after 2')
  })

  test('does not get what is not given, and the caller learns why', async () => {
    const connection = await reach({ elicitation: () => Promise.reject(new Error('nobody is here')) })
    const { structuredContent } = await connection.callTool('whoami', {}, patient)
    const { meta } = structuredContent as { meta: Record<string, object> }
    expect(meta['io.modelcontextprotocol/clientCapabilities']).toEqual({ elicitation: { form: {} } })
    const ask = (method: string) =>
      failureOf(connection.callTool('ask', { questions: [[method, form]] }, patient))
    const missing = await ask('sampling/createMessage')
    expect(missing.code).toBe('input_required')
    expect(missing.message).toContain('"sampling/createMessage"')
    expect(missing.hint).toContain('setupStore')
    expect((await ask('elicitation/create')).message).toContain('nobody is here')
    expect((await connection.callTool('echo', { text: 'hi' }, patient)).content).toHaveLength(1)
  })

  test('that asks several things at once gets all answers, or none and no question stays open', async () => {
    const { handlers } = host()
    const questions = [
      ['sampling/createMessage', sampling],
      ['elicitation/create', form],
    ]
    const result = await (await reach(handlers)).callTool('askAll', { questions }, patient)
    expect(result.structuredContent).toEqual({ q0: answers.sampling, q1: answers.elicitation })
    let given: AbortSignal | undefined
    const half = await reach({
      elicitation: (_request, { signal }) => {
        given = signal
        return new Promise(() => {})
      },
    })
    expect((await failureOf(half.callTool('askAll', { questions }, patient))).code).toBe('input_required')
    expect(given?.aborted).toBe(true)
  })

  test('that never has enough is given up after ten rounds', async () => {
    const { handlers, asked } = host()
    const questions = Array.from({ length: 50 }, () => ['elicitation/create', form])
    const connection = await reach(handlers)
    const error = await failureOf(connection.callTool('ask', { questions }, patient))
    expect(error.code).toBe('input_required')
    expect(error.message).toContain('after 10 rounds')
    expect(asked).toHaveLength(10)
  })

  test('waits for its user no longer than the caller does', async () => {
    let given: AbortSignal | undefined
    const connection = await reach({
      elicitation: (_request, { signal }) => {
        given = signal
        return new Promise(() => {})
      },
    })
    const abort = new AbortController()
    const questions = [['elicitation/create', form]]
    const call = failureOf(connection.callTool('ask', { questions }, { ...patient, signal: abort.signal }))
    await until(() => given !== undefined)
    abort.abort()
    expect((await call).code).toBe('aborted')
    expect(given?.aborted).toBe(true)
  })
})

const asks = { method: 'elicitation/create', params: form }

test.each([
  ...withHandshake.map(([name, reach]) => [name, reach, asks] as const),
  [
    '2026-07-28',
    async (handlers?: HostHandlers) => {
      const { url } = await startModern()
      return connect(remoteConfig(url), {}, undefined, handlers)
    },
    { questions: [['elicitation/create', form]] },
  ] as const,
])(
  'while the host answers, a call has time, but for what it may take in all (%s)',
  async (_, reach, question) => {
    let answer: 'late' | 'never' = 'late'
    const connection = await reach({
      elicitation: async () => {
        await new Promise((resolve) => answer === 'late' && setTimeout(resolve, 1500))
        return { action: 'decline' }
      },
    })
    const { structuredContent } = await connection.callTool('ask', question, { timeoutMs: 1000 })
    expect(JSON.stringify(structuredContent)).toContain('decline')
    answer = 'never'
    const bounds = { timeoutMs: 1000, totalTimeoutMs: 1500 }
    const error = await failureOf(connection.callTool('ask', question, bounds))
    expect(error).toMatchObject({ code: 'timeout', message: expect.stringContaining('1500 ms in all') })
  },
)

test.each([
  ['with a handshake', (handlers: HostHandlers) => connect(stdioConfig({}, secret), {}, undefined, handlers)],
  ['of 2026-07-28', (handlers: HostHandlers) => connect(modernConfig({}, secret), {}, undefined, handlers)],
])('what a server %s reports reaches the host without the secrets of its config', async (_, reach) => {
  const { handlers, logs } = host()
  const connection = await reach(handlers)
  const data = { note: 'token is s3cret-s3cret', list: ['s3cret-s3cret', 7, null] }
  await connection.callTool('log', { data }, patient)
  await until(() => logs.length > 0)
  expect(logs).toEqual([
    {
      service: 'demo',
      scope: 'store',
      level: 'warning',
      logger: 'fixture',
      data: { note: 'token is ***', list: ['***', 7, null] },
    },
  ])
})

const secret = { env: { API_TOKEN: 's3cret-s3cret' } }

test('a server that does not heed the level it was asked for filled the log of the host', async () => {
  const { handlers, logs } = host()
  const connection = await connect(stdioConfig({ logging: true }), {}, undefined, handlers)
  for (const level of ['debug', 'info', 'notice', 'nonsense', 'error']) {
    await connection.callTool('log', { data: level, level }, patient)
  }
  await until(() => logs.length > 1)
  expect(logs.map(({ data }) => data)).toEqual(['notice', 'error'])
})

test.each([
  () => {
    throw new Error('full disk')
  },
  () => Promise.reject(new Error('full disk')),
])('a handler of logging that failed later ended the host (%#)', async (logging) => {
  const warnings: string[] = []
  const connection = await connect(stdioConfig(), {}, (line) => warnings.push(line), { logging })
  await connection.callTool('log', { data: 'x' }, patient)
  await until(() => warnings.length > 0)
  expect(warnings).toEqual(['the handler of "logging" failed: full disk'])
})
