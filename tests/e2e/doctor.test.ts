import { once } from 'node:events'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Box } from '../support/box.ts'
import { freePort } from '../support/free-port.ts'
import { addServices, documentOf, mcpstore } from '../support/mcpstore.ts'
import { hasRedisServer, startRedis } from '../support/redis-server.ts'
import { fixtureServer, startHttpServer } from '../support/servers.ts'

const SECRET = 'tk_5up3r5ecret0000000000000000001'

interface Told {
  name: string
  severity: string
  text: string
  value: { service?: string; fault?: string; field?: string | null; lookedAt?: number }
  hint?: string
}

async function findingsOf(box: Box, env: Record<string, string> = {}): Promise<Told[]> {
  const outcome = await mcpstore(box, ['doctor', '--json'], { env })
  expect(outcome).toMatchObject({ exit: 0, stderr: '' })
  const { findings } = documentOf(outcome) as unknown as { findings: Told[] }
  return findings.filter(({ name }) => name.startsWith('service'))
}

interface Case {
  config: (box: Box) => object | Promise<object>
  severity?: string
  fault: string
  field: string | null
  says: RegExp
  hint: RegExp
}

const node = process.execPath
const runtimes = {
  npx: 'nodejs.org',
  uvx: 'docs.astral.sh/uv',
  docker: 'docs.docker.com',
  python: 'python.org',
}

const cases: Record<string, Case> = {
  ...Object.fromEntries(
    Object.entries(runtimes).map(([command, site]): [string, Case] => [
      command,
      {
        config: (box) => ({ command, args: ['x'], env: { PATH: box.path('empty') } }),
        fault: 'not_found',
        field: 'command',
        says: new RegExp(`^its command "${command}" is not on the PATH$`),
        hint: new RegExp(`^Install .*${site.replaceAll('.', '\\.')}`),
      },
    ]),
  ),
  // What is on the PATH of the server counts, not what is on that of the program.
  'own-path': {
    config: (box) => ({ command: 'node', args: ['-v'], env: { PATH: box.path('empty') } }),
    fault: 'not_found',
    field: 'command',
    says: /^its command "node" is not on the PATH$/,
    hint: /^The PATH of its config .* does not lead to it/,
  },
  unknown: {
    config: () => ({ command: 'no-such-program-anywhere' }),
    fault: 'not_found',
    field: 'command',
    says: /"no-such-program-anywhere" is not on the PATH/,
    hint: /^Install it, or give its full path/,
  },
  path: {
    config: (box) => ({ command: box.path('bin/gone') }),
    fault: 'not_found',
    field: 'command',
    says: /bin\/gone" does not exist$/,
    hint: /"command"/,
  },
  closed: {
    config: (box) => ({ command: box.write('closed.sh', '#!/bin/sh\n', 0o644) }),
    fault: 'not_executable',
    field: 'command',
    says: /closed\.sh" is not an executable file$/,
    hint: /^Make the file executable/,
  },
  'closed-on-path': {
    config: (box) => {
      mkdirSync(box.path('bin'), { recursive: true })
      writeFileSync(box.path('bin/shut'), '#!/bin/sh\n', { mode: 0o644 })
      return { command: 'shut', env: { PATH: box.path('bin') } }
    },
    fault: 'not_executable',
    field: 'command',
    says: /"shut" is not an executable file$/,
    hint: /^Make the file executable/,
  },
  folder: {
    config: (box) => ({ command: node, cwd: box.path('nowhere') }),
    fault: 'not_found',
    field: 'cwd',
    says: /^its folder ".*nowhere" does not exist$/,
    hint: /"cwd"/,
  },
  'no-folder': {
    config: (box) => ({ command: node, cwd: box.write('file', 'x') }),
    fault: 'not_found',
    field: 'cwd',
    says: /is not a folder$/,
    hint: /"cwd"/,
  },
  'env-file': {
    config: (box) => ({ command: node, envFile: box.path('gone.env') }),
    fault: 'bad_config',
    field: 'envFile',
    says: /^cannot use envFile .*gone\.env: there is no such file$/,
    hint: /"envFile"/,
  },
  script: {
    config: (box) => ({
      command: node,
      args: ['--enable-source-maps', box.path('gone.mjs'), '--key', SECRET],
    }),
    fault: 'not_found',
    field: 'args[1]',
    says: /^its script ".*gone\.mjs" does not exist$/,
    hint: /"args\[1\]"/,
  },
  'relative-script': {
    config: (box) => ({ command: 'node', args: ['build/gone.js'], cwd: box.folder }),
    fault: 'not_found',
    field: 'args[0]',
    says: /^its script "build\/gone\.js" does not exist$/,
    hint: /"cwd"/,
  },
  variable: {
    config: () => ({
      url: 'https://example.com/mcp',
      headers: { Authorization: 'Bearer ${NOT_SET_ANYWHERE}', 'X-Key': SECRET },
    }),
    fault: 'bad_config',
    field: null,
    says: /^variable NOT_SET_ANYWHERE is not set \(headers\.Authorization\)$/,
    hint: /^Set it/,
  },
  refusing: {
    config: async () => ({ url: `http://127.0.0.1:${await freePort()}/mcp?api_key=${SECRET}` }),
    fault: 'refused',
    field: 'url',
    says: /127\.0\.0\.1:\d+.* was not reached: nothing listens there \(ECONNREFUSED\)$/,
    hint: /"url"/,
  },
  unresolved: {
    config: () => ({ url: 'https://no-such-host.invalid/mcp' }),
    fault: 'refused',
    field: 'url',
    says: /no-such-host\.invalid.* was not reached: .*\((?:ENOTFOUND|EAI_AGAIN)\)$/,
    hint: /"url"/,
  },
}

describe('doctor, of services that would not work', () => {
  let box: Box
  let findings: Told[]
  /** What is on the PATH of the program: none of those that are missed. */
  let env: Record<string, string>
  beforeAll(async () => {
    box = new Box()
    box.secrets.push(SECRET)
    mkdirSync(box.path('empty'))
    mkdirSync(box.path('programs'))
    symlinkSync(node, box.path('programs/node'))
    env = { PATH: box.path('programs') }
    const configs = Object.entries(cases).map(async ([name, { config }]) => [name, await config(box)])
    await addServices(box, {
      ...Object.fromEntries(await Promise.all(configs)),
      well: fixtureServer(box),
      near: { url: await startHttpServer(box) },
      off: { command: 'no-such-program-either', disabled: true },
    })
    findings = await findingsOf(box, env)
  })
  afterAll(() => box[Symbol.asyncDispose]())

  it.each(Object.entries(cases))('%s', (name, { severity = 'critical', fault, field, says, hint }) => {
    const [finding, ...more] = findings.filter(({ value }) => value.service === name)
    expect(more).toEqual([])
    expect(finding).toMatchObject({
      name: `service ${name}`,
      severity,
      value: { scope: 'store', fault, field },
    })
    expect(finding!.text).toMatch(says)
    expect(finding!.hint).toMatch(hint)
  })

  it('of those that would, and of those that are disabled, nothing is said; and none was started', () => {
    expect(findings.map(({ value }) => value.service).sort()).toEqual(Object.keys(cases).sort())
    expect(box.starts()).toEqual([])
  })

  it('says it to people, too, with exit code 0', async () => {
    const { exit, stdout, stderr } = await mcpstore(box, ['doctor'], { env })
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
    expect(stdout).toMatch(
      /^service npx +critical +its command "npx" is not on the PATH\n +Install Node\.js/m,
    )
  })
})

it('doctor says that nothing was found, and connects without a request', async () => {
  await using box = new Box()
  let heard = ''
  const connections = { count: 0 }
  const server = createServer((socket) => {
    connections.count++
    socket.setEncoding('utf8').on('data', (chunk) => {
      heard += chunk
    })
    socket.on('error', () => {})
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as { port: number }
  await addServices(box, { well: fixtureServer(box), near: { url: `http://127.0.0.1:${port}/mcp` } })
  const findings = await findingsOf(box)
  await new Promise((resolve) => server.close(resolve))
  expect(findings).toEqual([
    {
      name: 'services',
      severity: 'ok',
      text: '2 services, nothing found; none was started',
      value: { lookedAt: 2, findings: 0 },
    },
  ])
  expect({ ...connections, heard }).toEqual({ count: 1, heard: '' })
  expect(box.starts()).toEqual([])
})

it('doctor tells of what failed before, and of who has to sign in, with the next command', async () => {
  await using box = new Box()
  await addServices(box, {
    dies: fixtureServer(box, { dieAtStart: { code: 3, stderr: 'fatal: no license\nbye' } }),
    shut: { url: await startHttpServer(box, { token: 'right' }) },
  })
  await mcpstore(box, ['check', '--timeout', '20'])
  const before = box.starts().length
  const findings = await findingsOf(box)
  expect(findings).toMatchObject([
    {
      severity: 'warning',
      value: { service: 'dies', fault: 'failing' },
      hint: 'Try it again: mcpstore check dies',
    },
    { severity: 'warning', value: { service: 'shut', fault: 'auth' }, hint: 'Sign in: mcpstore login shut' },
  ])
  expect(findings[0]!.text).toMatch(/fatal: no license/)
  expect(findings[0]!.text).not.toMatch(/\n/)
  expect(box.starts()).toHaveLength(before)
})

describe.skipIf(!hasRedisServer)('doctor, of services of strangers', () => {
  it('looks into none: neither at what they would start, nor at where they lead', async () => {
    await using redis = await startRedis()
    await using far = new Box()
    await using here = new Box()
    const env = { MCPSTORE_REDIS_URL: `${redis.url}/0` }
    const connections = { count: 0 }
    const server = createServer((socket) => {
      connections.count++
      socket.destroy()
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const { port } = server.address() as { port: number }
    const url = `http://127.0.0.1:${port}/mcp`
    const mcpServers = { gone: { command: 'no-such-program-anywhere' }, lead: { url } }
    expect(await mcpstore(far, ['add', JSON.stringify({ mcpServers })], { env })).toMatchObject({ exit: 0 })
    const findings = await findingsOf(here, env)
    expect(findings).toMatchObject([
      { severity: 'warning', value: { service: 'gone', fault: 'untrusted' } },
      { severity: 'unknown', value: { service: 'lead', fault: 'unapproved', field: 'url' } },
    ])
    expect(findings[0]!.text).toMatch(/^not looked into: nobody here approved this config/)
    expect(findings[0]!.hint).toMatch(/mcpstore trust gone$/)
    expect(findings[1]!.hint).toMatch(/mcpstore trust lead$/)
    expect(connections.count).toBe(0)
    await mcpstore(here, ['trust', 'gone', '--yes'], { env })
    await mcpstore(here, ['trust', 'lead', '--yes'], { env })
    expect(await findingsOf(here, env)).toMatchObject([{ value: { service: 'gone', fault: 'not_found' } }])
    expect(connections.count).toBe(1)
    await new Promise((resolve) => server.close(resolve))
  })
})
