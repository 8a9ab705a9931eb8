import { afterAll, beforeAll, expect, it } from 'vitest'
import { Box } from '../support/box.ts'
import { freePort } from '../support/free-port.ts'
import { startHost } from '../support/host.ts'
import { addServices, documentOf, mcpstore } from '../support/mcpstore.ts'
import { fixtureServer, startHttpServer } from '../support/servers.ts'

/** What must not be seen: some look like tokens, some like words, but then their names say what they are. */
const secret = {
  env: 'words-in-an-environment',
  placeholder: 'gh-PL4c3h0ld3rV4lu3',
  fallback: 'D3f4ult0fPl4c3h0ld3r',
  header: 'words-in-a-header',
  password: 'words-in-a-password',
  query: 'words-in-a-query',
  arg: 'words-after-a-flag',
  token: 'sk-ant-api03-Zm9vYmFyYmF6cXV4',
}
/** What a remote server is sent. */
const { header, password, placeholder, query } = secret

let box: Box
const environment = { HOST_TOKEN: secret.placeholder }

/** A command that dies with its environment and its arguments on stderr. */
const tattler = ['sh', '-c', 'env >&2; echo "$@" >&2; exit 3', 'sh']

beforeAll(async () => {
  box = new Box()
  box.secrets.push(...Object.values(secret))
  const env = {
    API_TOKEN: secret.env,
    FROM_HOST: '${HOST_TOKEN}',
    FROM_DEFAULT: `\${UNSET_HERE:-${secret.fallback}}`,
  }
  const args = ['--api-key', secret.arg, `--token=${secret.token}`]
  const body = `you sent ${[header, password, placeholder, query].join(' ')}`
  const headers = { 'X-Api-Key': header, Authorization: 'Bearer ${HOST_TOKEN}' }
  const address = (url: string): string =>
    url.replace('//', `//user:${password}@`).concat(`?api_key=${query}`)
  await addServices(box, {
    tattler: { command: tattler[0], args: [...tattler.slice(1), ...args], env },
    well: { ...fixtureServer(box), env },
    refusing: { url: address(`http://127.0.0.1:${await freePort()}/mcp`), headers },
    denying: { url: address(await startHttpServer(box, { status: 401, body })), headers },
    echoing: { url: address(await startHttpServer(box, { status: 500, body })), headers },
  })
})
afterAll(() => box[Symbol.asyncDispose]())

const failing = ['tattler', 'refusing', 'denying', 'echoing']
const commands = [
  'list-tools --timeout 5',
  'wait well',
  'use-tool well/echo text:=5',
  ...failing.map((name) => `use-tool ${name}/x --timeout 5`),
  ...failing.map((name) => `info ${name}`),
  'info well',
  'list',
  'status',
]

it('no command shows a planted secret, in no form', async () => {
  // That none is shown is looked after by every run in a box with secrets.
  for (const command of commands) {
    const argv = command.split(' ')
    const run = (...form: string[]) => mcpstore(box, [...argv, ...form], { env: environment })
    for (const { stdout, stderr } of await Promise.all([run(), run('--json'), run('--debug')]))
      expect(stdout + stderr, command).not.toBe('')
  }
  const shown = (name: string) => mcpstore(box, ['info', name, '--json'])
  expect(documentOf(await shown('well')).config.env).toMatchObject({
    API_TOKEN: '***',
    FROM_HOST: '${HOST_TOKEN}',
  })
  expect(documentOf(await shown('tattler')).facts.lastError.message).toContain('API_TOKEN=***')
}, 120_000)

it('nor does what is added, updated or refused', async () => {
  await using own = new Box()
  own.secrets.push(...Object.values(secret))
  const entry = ['--env', `API_TOKEN=${secret.env}`, '--', ...tattler, '--api-key', secret.arg]
  for (const form of [[], ['--json'], ['--debug']]) {
    await mcpstore(own, ['add', 'program', ...form, '--check', ...entry])
    await mcpstore(own, [
      'add',
      'remote',
      'https://example.com',
      '--header',
      `X-Api-Key: ${secret.header}`,
      ...form,
    ])
    await mcpstore(own, ['add', 'remote', `https://u:${secret.password}@example.com`, '--if-absent', ...form])
    const wrong = {
      comand: 'x',
      env: { TOKEN: secret.env },
      headers: { A: secret.header },
      args: [secret.token],
    }
    await mcpstore(own, ['add', JSON.stringify({ mcpServers: { wrong } }), ...form])
    await mcpstore(own, ['add', '-', ...form], {
      stdin: `{ "wrong": { "env": { "TOKEN": "${secret.env}" } "x" } }`,
    })
    await mcpstore(own, ['remove', 'program', ...form])
  }
}, 120_000)

it('nor do the errors that a library throws', async () => {
  const host = await startHost(box, { env: environment })
  const seen = [(await host.do('listServices')).list]
  for (const name of failing) {
    seen.push(await host.do('serviceInfo', name))
    for (const attempt of [await host.ask('listTools', name), await host.ask('useTool', `${name}/x`, {})]) {
      expect(attempt.error?.message).toContain(name)
      seen.push(attempt.error)
    }
  }
  for (const planted of Object.values(secret)) expect(JSON.stringify(seen)).not.toContain(planted)
  await host.do('close')
})

it('nor do the last words of a server, though the secret looks harmless under a harmless name', async () => {
  await using own = new Box()
  const env = { LOGIN: '48151623', PHRASE: 'correct-horse-battery', FROM_HOST: '${HOST_TOKEN}' }
  own.secrets.push('48151623', 'correct-horse-battery', 'words-of-the-host')
  await addServices(own, { tattler: { command: tattler[0], args: tattler.slice(1), env } })
  const outcome = await mcpstore(own, ['wait', 'tattler'], { env: { HOST_TOKEN: 'words-of-the-host' } })
  expect(outcome.stderr).toContain('exited with code 3')
})
