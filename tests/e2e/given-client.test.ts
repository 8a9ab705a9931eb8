import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Box } from '../support/box.ts'
import { fakeBrowser } from '../support/browser.ts'
import { freePort } from '../support/free-port.ts'
import { addServices, documentOf, errorOf, mcpstore } from '../support/mcpstore.ts'
import { startHttpServer } from '../support/servers.ts'

const SECRET = 'kept-from-everybody'

async function boxWith(
  authorization: object,
): Promise<{ box: Box; env: Record<string, string>; url: string }> {
  const box = new Box()
  const url = await startHttpServer(box, { authorization })
  await addServices(box, { 'the docs': { url } })
  box.secrets.push(SECRET)
  return { box, env: fakeBrowser(box), url }
}

const openedIn = (box: Box): URLSearchParams =>
  new URL(JSON.parse(readFileSync(box.path('opened'), 'utf8'))[0]).searchParams

describe.each([false, 'no'])('where nobody can register (%s)', (registers) => {
  it('that is said, with the option that helps', async () => {
    const made = await boxWith({ registers })
    await using box = made.box
    const refused = await mcpstore(box, ['login', 'the docs', '--json'], { env: made.env })
    expect(refused.exit).toBe(3)
    expect(errorOf(refused)).toEqual({
      code: 'auth_required',
      message: registers
        ? expect.stringMatching(
            /refused to register a client: \S+\/register answered HTTP 403 \(access_denied\)$/,
          )
        : 'nobody signed in to service "the docs": its authorization server registers no clients',
      hint: expect.stringMatching(
        /http:\/\/127\.0\.0\.1\/callback, .*: mcpstore login 'the docs' --client-id ID$/,
      ),
    })
  })

  it('a client with a secret signs in, is kept with the tokens alone, and serves again', async () => {
    const made = await boxWith({ registers, clients: { 'my client': SECRET } })
    const { env, url } = made
    await using box = made.box
    const words = ['login', 'the docs', '--client-id', 'my client', '--client-secret-env', 'DOCS_SECRET']
    const signedIn = await mcpstore(box, words, { env: { ...env, DOCS_SECRET: `${SECRET}\n` } })
    expect(signedIn).toMatchObject({ exit: 0, stdout: 'signed in to the docs\n' })
    expect(openedIn(box).get('client_id')).toBe('my client')
    expect((await mcpstore(box, ['use-tool', 'the docs/echo', 'text=hi'])).stdout).toBe('hi\n')
    await fetch(new URL('/expire', url))
    expect((await mcpstore(box, ['use-tool', 'the docs/echo', 'text=renewed'])).stdout).toBe('renewed\n')
    const [file, ...others] = readdirSync(`${box.home}/tokens`)
    expect(others).toEqual([])
    expect(statSync(`${box.home}/tokens/${file}`).mode & 0o777).toBe(0o600)
    expect(readFileSync(`${box.home}/tokens/${file}`, 'utf8')).toContain(SECRET)
    expect((await mcpstore(box, ['login', 'the docs'], { env })).exit, 'again, without a word of it').toBe(0)
    for (const command of [
      ['export'],
      ['info', 'the docs', '--json'],
      ['use-tool', 'the docs/echo', '--debug'],
    ]) {
      await mcpstore(box, command)
    }
    await mcpstore(box, ['logout', 'the docs'])
    expect((await mcpstore(box, ['login', 'the docs'], { env })).exit, 'after logout').toBe(3)
  })
})

it.each([true, false])(
  'a kept secret goes to no other authorization server (one where anybody may register: %s)',
  async (registers) => {
    const made = await boxWith({ ...(!registers && { registers }), clients: { mine: SECRET } })
    const { env } = made
    await using box = made.box
    const words = ['login', 'the docs', '--client-id', 'mine', '--client-secret-stdin']
    expect((await mcpstore(box, words, { env, stdin: SECRET })).exit).toBe(0)
    const file = `${box.home}/tokens/${readdirSync(`${box.home}/tokens`)[0]}`
    const kept = JSON.parse(readFileSync(file, 'utf8'))
    kept.client.issuer = 'https://signed-in-before.example/'
    writeFileSync(file, JSON.stringify(kept))
    expect((await mcpstore(box, ['login', 'the docs'], { env })).exit).toBe(registers ? 0 : 3)
    if (!registers) return
    expect(openedIn(box).get('client_id')).toMatch(/^client-/)
    expect(readFileSync(file, 'utf8')).not.toContain(SECRET)
  },
)

it('a secret is read from stdin, and a wrong one is not shown', async () => {
  const made = await boxWith({ registers: false, clients: { mine: SECRET }, echo: true })
  const { env } = made
  await using box = made.box
  const words = ['login', 'the docs', '--client-id', 'mine', '--client-secret-stdin']
  box.secrets.push('not-the-secret')
  const refused = await mcpstore(box, [...words, '--json'], { env, stdin: 'not-the-secret\n' })
  expect(refused.exit).toBe(3)
  expect(errorOf(refused).message).toContain('*** is void')
  expect((await mcpstore(box, words, { env, stdin: `${SECRET}\nmore\n` })).exit).toBe(0)
})

it('a public client whose redirect address has to be exact comes back to that port', async () => {
  const port = await freePort()
  const redirect = `http://127.0.0.1:${port}/callback`
  const made = await boxWith({ registers: false, clients: { mine: null }, redirects: [redirect] })
  const { env } = made
  await using box = made.box
  const words = ['login', 'the docs', '--client-id', 'mine', '--callback-port', String(port), '--json']
  expect(documentOf(await mcpstore(box, words, { env }))).toEqual({ name: 'the docs', status: 'signed_in' })
  expect(openedIn(box).get('redirect_uri')).toBe(redirect)
})

it('a later login, and one with another secret of the same client, come back to the port that was given', async () => {
  const port = await freePort()
  const redirect = `http://127.0.0.1:${port}/callback`
  const made = await boxWith({ registers: false, clients: { mine: SECRET }, redirects: [redirect] })
  const { url } = made
  await using box = made.box
  const env = { ...made.env, DOCS_SECRET: SECRET }
  const words = ['login', 'the docs', '--timeout', '10']
  const client = ['--client-id', 'mine', '--client-secret-env', 'DOCS_SECRET']
  const first = await mcpstore(box, [...words, ...client, '--callback-port', String(port)], { env })
  expect(first.exit).toBe(0)
  await fetch(new URL('/expire', url))
  expect((await mcpstore(box, ['use-tool', 'the docs/echo', 'text=renewed'])).stdout).toBe('renewed\n')
  for (const again of [words, [...words, ...client], words]) {
    expect((await mcpstore(box, again, { env })).exit, again.join(' ')).toBe(0)
    expect(openedIn(box).get('redirect_uri')).toBe(redirect)
  }
})

it('the address of metadata is the client where the authorization server reads them, and elsewhere that is said', async () => {
  const words = ['login', 'the docs', '--client-metadata', 'https://example.com/mcpstore.json', '--json']
  const made = await boxWith({ registers: false, reads: true })
  await using box = made.box
  expect((await mcpstore(box, words, { env: made.env })).exit).toBe(0)
  expect(openedIn(box).get('client_id')).toBe('https://example.com/mcpstore.json')
  expect((await mcpstore(box, ['use-tool', 'the docs/echo', 'text=hi'])).stdout).toBe('hi\n')
  for (const registers of [false, true]) {
    const other = await boxWith(registers ? {} : { registers })
    await using otherBox = other.box
    const refused = await mcpstore(otherBox, words, { env: other.env })
    expect(refused.exit).toBe(3)
    expect(errorOf(refused).message).toContain('reads no client metadata')
  }
})

it.each<[string[], RegExp, RegExp]>([
  [['--client-secret-stdin'], /without the client/, /--client-id ID/],
  [['--client-id', ' '], /--client-id is empty/, /--client-id ID/],
  [
    ['--client-id', 'x', '--client-secret-env', 'NOT_SET'],
    /no secret in the variable NOT_SET/,
    /export NOT_SET/,
  ],
  [['--client-id', 'x', '--client-secret-stdin'], /no secret in stdin/, /< FILE/],
  [['--client-id', 'x', '--client-metadata', 'https://a.b/c'], /no other id/, /Leave out/],
  [['--client-metadata', 'http://a.b/c'], /cannot be/, /https/],
  [['--client-metadata', 'https://a.b'], /cannot be/, /path/],
  [['--callback-port', '0'], /cannot be "0"/, /1 to 65535/],
  [['--callback-port', '1e3'], /cannot be "1e3"/, /1 to 65535/],
])('%j is refused before anything is opened', async (words, message, hint) => {
  await using box = new Box()
  const refused = await mcpstore(box, ['login', 'docs', ...words, '--json'], { stdin: '' })
  expect(refused.exit).toBe(1)
  expect(errorOf(refused)).toMatchObject({
    code: 'usage',
    message: expect.stringMatching(message),
    hint: expect.stringMatching(hint),
  })
})
