import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { freePort } from '../../../tests/support/free-port.ts'
import { setupStore } from '../src/setup-store.ts'
import type { Store } from '../src/store.ts'
import { failureOf, later, type Remote, scratch, startRemote, until } from './connections-fixtures.ts'
import { seen, sharedPlace } from './strangers.ts'

/** A user's browser: signs in at once, and comes back. */
async function browser(url: string): Promise<void> {
  await fetch(url)
}

async function storeIn(home: string, url: string): Promise<Store> {
  const store = await setupStore({ home, local: true, dataspace: 'own', logger: false })
  later(() => store.close())
  await store.forStore().addService({ demo: { url } })
  return store
}

const tokenFiles = (home: string): string[] =>
  existsSync(join(home, 'tokens')) ? readdirSync(join(home, 'tokens')) : []

const tokensIn = (home: string): string[] =>
  tokenFiles(home).flatMap((name) =>
    Object.values(JSON.parse(readFileSync(join(home, 'tokens', name), 'utf8')).tokens ?? {})
      .map(String)
      .filter((text) => /^(access|refresh)-/.test(text)),
  )

async function grants(remote: Remote, grant: string): Promise<number> {
  return (await remote.seen()).log.filter(({ rpc }) => rpc === `grant_type=${grant}`).length
}

/** Every file below a folder. */
const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))

test('a service that wants somebody to sign in says how, is used once he did, and by others of his', async () => {
  const [home, remote] = [scratch(), await startRemote({ authorization: {} })]
  const store = await storeIn(home, remote.url)
  const services = store.forStore()
  const error = await failureOf(services.waitService('demo'))
  expect(error).toMatchObject({ code: 'auth_required', hint: expect.stringContaining('mcpstore login demo') })
  expect((await services.serviceInfo('demo')).status).toBe('auth')
  expect(await services.signIn('demo', { open: browser })).toEqual({ name: 'demo', status: 'signed_in' })
  expect((await services.serviceInfo('demo')).status).toBe('ok')
  const other = await storeIn(home, remote.url)
  expect(await other.forStore().useTool('demo/echo', { text: 'x' })).toMatchObject({
    content: [{ text: 'x' }],
  })
  expect(await grants(remote, 'authorization_code')).toBe(1)
})

test('tokens are in one private file, and nowhere else', async () => {
  const [home, remote] = [scratch(), await startRemote({ authorization: {} })]
  const store = await storeIn(home, remote.url)
  await store.forStore().signIn('demo', { open: browser })
  await store.forStore().listTools('demo')
  const [name, ...more] = tokenFiles(home)
  expect(more).toEqual([])
  expect(name).toMatch(/^demo-[0-9a-f]{32}-[0-9a-f]{32}\.json$/)
  const path = join(home, 'tokens', name!)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(statSync(join(home, 'tokens')).mode & 0o777).toBe(0o700)
  const secrets = tokensIn(home)
  expect(secrets).toHaveLength(2)
  const exported = JSON.stringify(await store.exportDataspace())
  await store.close()
  const elsewhere = filesBelow(home).filter((file) => file !== path)
  expect(elsewhere.length).toBeGreaterThan(0)
  for (const secret of secrets) {
    expect(exported).not.toContain(secret)
    for (const file of elsewhere) expect(readFileSync(file).includes(secret), file).toBe(false)
  }
})

test('a token goes to the address that it is for, whatever a service elsewhere is called', async () => {
  const [home, remote, other] = [scratch(), await startRemote({ authorization: {} }), await startRemote()]
  const store = await storeIn(home, remote.url)
  await store.forStore().signIn('demo', { open: browser })
  await store.forStore().updateService('demo', { url: other.url })
  await store.forStore().useTool('demo/echo', { text: 'x' })
  const { log } = await other.seen()
  expect(log.length).toBeGreaterThan(0)
  expect(log.filter(({ headers }) => 'authorization' in headers)).toEqual([])
})

test('several who share an expired token renew it once', async () => {
  const [home, remote] = [scratch(), await startRemote({ authorization: {} })]
  const first = await storeIn(home, remote.url)
  await first.forStore().signIn('demo', { open: browser })
  await first.close()
  const stores = await Promise.all(Array.from({ length: 5 }, () => storeIn(home, remote.url)))
  const lock = join(home, 'tokens', `${tokenFiles(home)[0]}.renewal.lock`)
  const held = `Bearer ${tokensIn(home).find((text) => text.startsWith('access-'))}`
  const before = (await remote.seen()).log.length
  // Somebody else holds the lock until all were refused.
  writeFileSync(lock, 'somebody else')
  await remote.forget('access')
  const calls = Promise.all(stores.map((store) => store.forStore().connectService('demo')))
  await until(async () => {
    utimesSync(lock, new Date(), new Date())
    const { log } = await remote.seen()
    return log.slice(before).filter(({ headers }) => headers['authorization'] === held).length === 5
  })
  expect(await grants(remote, 'refresh_token')).toBe(0)
  rmSync(lock)
  expect(await calls).toHaveLength(5)
  expect(await grants(remote, 'refresh_token')).toBe(1)
})

test('the lock of one who was killed as he renewed is replaced', async () => {
  const [home, remote] = [scratch(), await startRemote({ authorization: {} })]
  const store = await storeIn(home, remote.url)
  await store.forStore().signIn('demo', { open: browser })
  const lock = join(home, 'tokens', `${tokenFiles(home)[0]}.renewal.lock`)
  writeFileSync(lock, 'somebody who is gone')
  const before = new Date(Date.now() - 60_000)
  utimesSync(lock, before, before)
  await remote.forget('access')
  await store.forStore().useTool('demo/echo', { text: 'x' })
  expect(await grants(remote, 'refresh_token')).toBe(1)
  await until(() => !existsSync(lock))
})

test('tokens that are refused for good are removed, and the error says to sign in again', async () => {
  const [home, remote] = [scratch(), await startRemote({ authorization: {} })]
  const store = await storeIn(home, remote.url)
  await store.forStore().signIn('demo', { open: browser })
  await remote.forget('access')
  await remote.forget('refresh')
  const error = await failureOf(store.forStore().useTool('demo/echo', { text: 'x' }))
  expect(error).toMatchObject({
    code: 'auth_required',
    message: expect.stringContaining('wants somebody to sign in'),
    hint: expect.stringContaining('mcpstore login demo'),
  })
  expect(tokenFiles(home)).toEqual([])
  await store.forStore().signIn('demo', { open: browser })
  await store.forStore().useTool('demo/echo', { text: 'x' })
})

test('the client that was given serves again after its tokens were refused for good, and is forgotten by signing out', async () => {
  const authorization = { registers: false, clients: { mine: 'its secret' } }
  const [home, remote] = [scratch(), await startRemote({ authorization })]
  const services = (await storeIn(home, remote.url)).forStore()
  await services.signIn('demo', { open: browser, client: { id: 'mine', secret: 'its secret' } })
  const refuse = async () => {
    await remote.forget('access')
    await remote.forget('refresh')
    const error = await failureOf(services.useTool('demo/echo', { text: 'x' }))
    expect(error).toMatchObject({
      code: 'auth_required',
      hint: expect.stringContaining('mcpstore login demo'),
    })
  }
  await refuse()
  expect(tokensIn(home), 'the tokens are gone').toEqual([])
  // One who comes later finds nobody signed in, as if there were no file.
  const another = (await storeIn(home, remote.url)).forStore()
  expect(await failureOf(another.useTool('demo/echo', { text: 'x' }))).toMatchObject({
    code: 'auth_required',
  })
  await another.signIn('demo', { open: browser })
  await another.useTool('demo/echo', { text: 'x' })
  await refuse()
  expect(tokenFiles(home), 'the client is kept').toHaveLength(1)
  expect((await services.deleteService('demo')).warnings, 'but no tokens').toBeUndefined()
  await services.addService({ demo: { url: remote.url } })
  expect(await services.signOut('demo')).toEqual({ name: 'demo', status: 'absent', revocations: [] })
  expect(tokenFiles(home)).toEqual([])
  expect(await failureOf(services.signIn('demo', { open: browser }))).toMatchObject({
    message: expect.stringContaining('registers no clients'),
  })
})

test('an authorization server that is out of order costs nobody his tokens', async () => {
  const [home, remote] = [scratch(), await startRemote({ authorization: { tokenStatus: 503 } })]
  const store = await storeIn(home, remote.url)
  await store.forStore().signIn('demo', { open: browser })
  const before = tokensIn(home)
  await remote.forget('access')
  const error = await failureOf(store.forStore().useTool('demo/echo', { text: 'x' }))
  expect(error).toMatchObject({ code: 'unreachable', message: expect.stringContaining('HTTP 503') })
  expect(tokensIn(home)).toEqual(before)
})

test('who says no is not signed in, and nothing is kept', async () => {
  const [home, remote] = [scratch(), await startRemote({ authorization: { denies: true } })]
  const store = await storeIn(home, remote.url)
  const error = await failureOf(store.forStore().signIn('demo', { open: browser }))
  expect(error).toMatchObject({ code: 'auth_required', message: expect.stringContaining('access_denied') })
  expect(tokenFiles(home)).toEqual([])
})

test.each<[string, object, string]>([
  [
    'at its token endpoint',
    { refusals: { '/token': { status: 500, error: 'server_error' } } },
    'signing in to service "demo" failed: ORIGIN/token answered HTTP 500 (server_error)',
  ],
  [
    'with a word of its own',
    { refusals: { '/token': { status: 400, error: 'too_old', error_description: 'code\u001b used ' } } },
    'nobody signed in to service "demo": ORIGIN/token answered HTTP 400 (too_old: code\\x1b used)',
  ],
  [
    'to register a client',
    {
      refusals: {
        '/register': { status: 400, error: 'invalid_client_metadata', error_description: 'no loopback here' },
      },
    },
    'nobody signed in to service "demo": its authorization server refused to register a client: ORIGIN/register answered HTTP 400 (invalid_client_metadata: no loopback here)',
  ],
  [
    'as the user said no',
    { denies: 'he said no' },
    'nobody signed in to service "demo": the user came back without a code (access_denied: he said no)',
  ],
])(
  'what an authorization server refuses %s is told with its reason',
  async (_what, authorization, message) => {
    const [home, remote] = [scratch(), await startRemote({ authorization })]
    const store = await storeIn(home, remote.url)
    const error = await failureOf(store.forStore().signIn('demo', { open: browser }))
    expect(error.message.replace(new URL(remote.url).origin, 'ORIGIN')).toBe(message)
  },
)

test('who comes back from another sign-in is turned away, and the right one is still waited for', async () => {
  const [home, remote] = [scratch(), await startRemote({ authorization: {} })]
  const store = await storeIn(home, remote.url)
  const turnedAway: number[] = []
  const report = await store.forStore().signIn('demo', {
    open: async (url, take) => {
      const asked = new URL(url).searchParams
      expect(asked.get('code_challenge_method')).toBe('S256')
      for (const state of ['', 'somebody-elses']) {
        const forged = `${asked.get('redirect_uri')}?code=stolen&state=${state}`
        turnedAway.push((await fetch(forged)).status)
        expect(take(forged)).toBe(false)
      }
      await browser(url)
    },
  })
  expect(turnedAway).toEqual([400, 400])
  expect(report.status).toBe('signed_in')
  expect(await grants(remote, 'authorization_code')).toBe(1)
})

test('an address that the user brings back himself will do', async () => {
  const [home, remote] = [scratch(), await startRemote({ authorization: {} })]
  const store = await storeIn(home, remote.url)
  const report = await store.forStore().signIn('demo', {
    open: async (url, take) => {
      const { headers } = await fetch(url, { redirect: 'manual' })
      expect(take('no address')).toBe(false)
      expect(take(headers.get('location')!)).toBe(true)
    },
  })
  expect(report).toEqual({ name: 'demo', status: 'signed_in' })
})

test('who never comes back, or thinks better of it, is waited for no longer', async () => {
  const [home, remote] = [scratch(), await startRemote({ authorization: {} })]
  const services = (await storeIn(home, remote.url)).forStore()
  const late = await failureOf(services.signIn('demo', { open: () => {}, timeout: 300 }))
  expect(late).toMatchObject({ code: 'timeout', message: expect.stringContaining('0.3 s') })
  const giveUp = new AbortController()
  const open = (): void => giveUp.abort()
  const error = await failureOf(services.signIn('demo', { open, signal: giveUp.signal }))
  expect(error.code).toBe('aborted')
  expect(tokenFiles(home)).toEqual([])
})

test('a file that somebody spoiled is told of without what is in it, and replaced by signing in', async () => {
  const [home, remote] = [scratch(), await startRemote({ authorization: {} })]
  const services = (await storeIn(home, remote.url)).forStore()
  await services.signIn('demo', { open: browser })
  const path = join(home, 'tokens', tokenFiles(home)[0]!)
  const whole = JSON.parse(readFileSync(path, 'utf8'))
  for (const text of [
    '{"tokens": {"access_token": "half-a-tok',
    JSON.stringify({ ...whole, given: { secret: 'half-a-tok' } }),
    JSON.stringify({ ...whole, given: { id: 'mine', callbackPort: 'half-a-tok' } }),
    '[]',
    '{"version":1}',
    '{"version":9}',
    '',
  ]) {
    await services.disconnectService('demo')
    writeFileSync(path, text)
    const error = await failureOf(services.useTool('demo/echo', { text: 'x' }))
    expect(error, text).toMatchObject({ code: 'auth_required', message: expect.stringContaining(path) })
    expect(error.hint).toContain('mcpstore login demo')
    expect(error.message).not.toContain('half-a-tok')
  }
  expect(await services.signIn('demo', { open: browser })).toEqual({ name: 'demo', status: 'signed_in' })
})

test('an address where nobody signs in, as nothing listens there, is told as whoever calls its tools is told', async () => {
  const url = `http://127.0.0.1:${await freePort()}/mcp`
  const services = (await storeIn(scratch(), url)).forStore()
  const { code, message, hint } = await failureOf(services.signIn('demo', { open: browser }))
  const called = await failureOf(services.useTool('demo/echo', { text: 'x' }))
  expect({ code, message, hint }).toEqual({ code: called.code, message: called.message, hint: called.hint })
  expect(message).toContain('nothing listens there')
})

test('the port that was given for a client serves again for it, until another one is given', async () => {
  const clients = { mine: null, other: null }
  const [home, remote] = [scratch(), await startRemote({ authorization: { registers: false, clients } })]
  const services = (await storeIn(home, remote.url)).forStore()
  const portOf = async (options: { client?: { id: string }; callbackPort?: number }): Promise<number> => {
    let opened = ''
    const open = (url: string): Promise<void> => {
      opened = url
      return browser(url)
    }
    await services.signIn('demo', { open, ...options })
    return Number(new URL(new URL(opened).searchParams.get('redirect_uri')!).port)
  }
  const [first, second] = [await freePort(), await freePort()]
  expect(await portOf({ client: { id: 'mine' }, callbackPort: first })).toBe(first)
  expect(await portOf({})).toBe(first)
  expect(await portOf({ client: { id: 'mine' } })).toBe(first)
  expect(await portOf({ callbackPort: second })).toBe(second)
  expect(await portOf({})).toBe(second)
  // Nobody can come back to a port that is taken.
  const taken = createServer().listen(second, '127.0.0.1')
  later(() => taken.close())
  await once(taken, 'listening')
  expect(await portOf({ client: { id: 'other' } })).toBeGreaterThan(0)
})

test('signing out removes the tokens, revokes them where that is offered, and says what it did', async () => {
  const home = scratch()
  const remote = await startRemote({ authorization: { revokes: true } })
  const services = (await storeIn(home, remote.url)).forStore()
  expect(await services.signOut('demo')).toEqual({ name: 'demo', status: 'absent', revocations: [] })
  await services.signIn('demo', { open: browser })
  const [token] = tokensIn(home).filter((text) => text.startsWith('access-'))
  const ask = () => fetch(remote.url, { headers: { authorization: `Bearer ${token}` } })
  expect((await ask()).status).not.toBe(401)
  const report = await services.signOut('demo')
  expect(report).toEqual({ name: 'demo', status: 'signed_out', revocations: [{ status: 'revoked' }] })
  expect(tokenFiles(home)).toEqual([])
  const { log } = await remote.seen()
  const ends = log.filter(({ method }) => method === 'DELETE')
  expect(ends.map(({ headers }) => headers['authorization'])).toEqual([`Bearer ${token}`])
  expect((await ask()).status).toBe(401)
  expect(await failureOf(services.useTool('demo/echo', { text: 'x' }))).toMatchObject({
    code: 'auth_required',
  })
  expect(await failureOf(services.signOut('other'))).toMatchObject({ code: 'unknown_service' })
})

test('tokens that outlive their service are told of, whichever way it goes, and can be removed then', async () => {
  const [home, remote] = [scratch(), await startRemote({ authorization: { revokes: true } })]
  const store = await storeIn(home, remote.url)
  const services = store.forStore()
  const warnings = [expect.stringMatching(/"demo" are still here: mcpstore logout demo \(signOut\)/)]
  const again = async () => services.addService({ demo: { url: remote.url } })
  expect((await services.deleteService('demo')).warnings, 'there are none').toBeUndefined()
  await again()
  await services.signIn('demo', { open: browser })
  expect(await services.deleteService('demo')).toMatchObject({ status: 'deleted', warnings })
  await again()
  expect(await services.resetConfig()).toMatchObject({ removed: ['demo'], warnings })
  await again()
  expect(await store.clear()).toMatchObject({ warnings })
  expect(await services.signOut('demo')).toMatchObject({ status: 'signed_out' })
  expect(tokenFiles(home)).toEqual([])
  await again()
  expect((await store.clear()).warnings).toBeUndefined()
})

test('signing out is honest where the tokens stay good', async () => {
  const [home, remote] = [scratch(), await startRemote({ authorization: {} })]
  const services = (await storeIn(home, remote.url)).forStore()
  await services.signIn('demo', { open: browser })
  expect((await services.signOut('demo')).revocations).toEqual([{ status: 'not_offered' }])
  await services.signIn('demo', { open: browser })
  await services.deleteService('demo')
  await remote.stop()
  const report = await services.signOut('demo')
  expect(report).toMatchObject({ status: 'signed_out', revocations: [{ status: 'failed' }] })
  expect(tokenFiles(home)).toEqual([])
})

test('a service that wants nobody to sign in says so, and so does one that has credentials of its own', async () => {
  const [home, remote] = [scratch(), await startRemote()]
  const services = (await storeIn(home, remote.url)).forStore()
  expect(await services.signIn('demo', { open: browser })).toEqual({ name: 'demo', status: 'not_needed' })
  await services.updateService('demo', { url: remote.url, headers: { Authorization: 'Bearer x' } })
  expect(await failureOf(services.signIn('demo', { open: browser }))).toMatchObject({ code: 'usage' })
  await services.addService({ program: { command: 'x' } })
  expect(await failureOf(services.signIn('program', { open: browser }))).toMatchObject({ code: 'usage' })
})

test.each([404, 500, 302])('a service that answers %i was said to want nobody to sign in', async (status) => {
  const [home, remote] = [scratch(), await startRemote({ status })]
  const services = (await storeIn(home, remote.url)).forStore()
  expect(await failureOf(services.signIn('demo', { open: browser }))).toMatchObject({
    code: expect.stringMatching(/^(unreachable|server_error)$/),
    message: expect.stringContaining(`${status}`),
  })
})

test('a service that wants a token of its own sort was said to have an authorization server', async () => {
  const [home, remote] = [scratch(), await startRemote({ token: 'abc' })]
  const services = (await storeIn(home, remote.url)).forStore()
  expect(await failureOf(services.signIn('demo', { open: browser }))).toMatchObject({
    code: 'auth_required',
    message: 'service "demo" wants credentials, and names nobody to sign in to',
    hint: expect.stringContaining('"Authorization": "Bearer ${TOKEN}"'),
  })
})

test('the address of a stranger gets no token: trust comes first', async () => {
  const [home, remote] = [scratch(), await startRemote({ authorization: {} })]
  const place = sharedPlace()
  const [reader, stranger] = [
    await place.reader({ home, allowPrivateAddresses: true }),
    await place.stranger(),
  ]
  await stranger.plant('demo', { type: 'http', url: remote.url })
  const services = reader.forStore()
  await seen(reader, 'demo')
  const opened: string[] = []
  const open = (url: string): void => void opened.push(url)
  expect(await failureOf(services.signIn('demo', { open }))).toMatchObject({
    code: 'untrusted',
    hint: expect.stringContaining('mcpstore trust demo'),
  })
  expect([opened, (await remote.seen()).log]).toEqual([[], []])
  await services.trustService('demo')
  await services.signIn('demo', { open: browser })
  await services.useTool('demo/echo', { text: 'x' })
  await services.revokeTrust('demo')
  const before = (await remote.seen()).log.length
  expect(await failureOf(services.useTool('demo/echo', { text: 'x' }))).toMatchObject({
    code: 'auth_required',
  })
  const after = (await remote.seen()).log.slice(before)
  expect(after.length).toBeGreaterThan(0)
  expect(after.filter(({ headers }) => 'authorization' in headers)).toEqual([])
})

test('the tokens of the user are not used where the host gives its own', async () => {
  const [home, remote] = [scratch(), await startRemote({ authorization: {} })]
  await (await storeIn(home, remote.url)).forStore().signIn('demo', { open: browser })
  const store = await setupStore({
    home,
    local: true,
    dataspace: 'own',
    logger: false,
    auth: () => undefined,
  })
  later(() => store.close())
  const error = await failureOf(store.forStore().useTool('demo/echo', { text: 'x' }))
  expect(error.code).toBe('auth_required')
  expect(await failureOf(store.forStore().signIn('demo', { open: browser }))).toMatchObject({ code: 'usage' })
})

test('a folder that cannot be made is told of', async () => {
  const [home, remote] = [scratch(), await startRemote({ authorization: {} })]
  const services = (await storeIn(home, remote.url)).forStore()
  mkdirSync(home, { recursive: true })
  writeFileSync(join(home, 'tokens'), 'no folder')
  const error = await failureOf(services.signIn('demo', { open: browser }))
  expect(error.code).toBe('storage')
})
