import type { OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js'
import { ClientCredentialsProvider } from '@modelcontextprotocol/sdk/client/auth-extensions.js'
import { describe, expect, test, vi } from 'vitest'
import type { AuthProvider, AuthTokens, OAuthProvider } from '../src/connections/auth-provider.ts'
import { type Connection, createConnector } from '../src/connections/index.ts'
import { connectAs, Host } from './auth-host.ts'
import {
  failureOf,
  later,
  linesOf,
  type Remote,
  remoteConfig,
  scratch,
  startRemote,
} from './connections-fixtures.ts'

const patient = { timeoutMs: 10_000 }

const echo = (connection: Connection, text = 'x'): Promise<unknown> =>
  connection.callTool('echo', { text }, patient)

/** A program with credentials of its own, as the SDK has it. */
function robot({ url }: Remote, clientSecret: string): OAuthClientProvider {
  return new ClientCredentialsProvider({
    clientId: 'robot',
    clientSecret,
    expectedIssuer: new URL(url).origin,
  })
}

/** How often tokens were asked for in this way. */
async function grants(remote: Remote, grant: string): Promise<number> {
  return (await remote.seen()).log.filter(({ rpc }) => rpc === `grant_type=${grant}`).length
}

describe.each([
  ['json', 'http'],
  ['stream', 'http'],
  ['sse', 'sse'],
] as const)('a service that wants tokens (%s)', (mode, type) => {
  test('is connected with those that the host has, or signs in for', async () => {
    const remote = await startRemote({ mode, authorization: {} })
    const host = new Host()
    const connection = await connectAs(host, remote, type)
    expect(await echo(connection)).toEqual({ content: [{ type: 'text', text: 'x' }] })
    expect(host.redirects).toBe(1)
    const again = await connectAs(host, remote, type)
    await echo(again)
    expect(host.redirects).toBe(1)
    expect(await grants(remote, 'authorization_code')).toBe(1)
  })

  test('gets others when they are refused: once for all, with each refresh token used once, and no call made twice', async () => {
    const countFile = `${scratch()}/count`
    const remote = await startRemote({ mode, authorization: {}, countFile })
    const host = new Host()
    const connection = await connectAs(host, remote, type)
    for (let round = 1; round <= 3; round++) {
      await remote.forget('access')
      await Promise.all(Array.from({ length: 16 }, () => echo(connection)))
      expect(await grants(remote, 'refresh_token')).toBe(round)
    }
    expect(linesOf(countFile)).toHaveLength(48)
    expect(host.redirects).toBe(1)
  })

  test('is auth_required, with what to do, when somebody has to sign in', async () => {
    const remote = await startRemote({ mode, authorization: {} })
    const host = new Host()
    host.isAway = true
    const error = await failureOf(connectAs(host, remote, type))
    expect(error).toMatchObject({
      code: 'auth_required',
      message: 'service "demo" wants somebody to sign in',
    })
    expect(error.hint).toContain('Sign in')
    expect(host.redirects).toBe(1)
  })

  test('is auth_required when nothing renews its tokens any more, and the call never ran', async () => {
    const countFile = `${scratch()}/count`
    const remote = await startRemote({ mode, authorization: {}, countFile })
    const host = new Host()
    const connection = await connectAs(host, remote, type)
    await remote.forget('access')
    await remote.forget('refresh')
    host.isAway = true
    expect(await failureOf(echo(connection))).toMatchObject({ code: 'auth_required' })
    expect(linesOf(countFile)).toEqual([])
    host.isAway = false
    await echo(connection)
    expect(linesOf(countFile)).toEqual(['echo'])
  })
})

describe('the authorization server', () => {
  test('that is out of order makes nobody sign in again: unreachable, and well again later', async () => {
    const remote = await startRemote({ authorization: { tokenStatus: 503 } })
    const host = new Host()
    const connection = await connectAs(host, remote)
    await remote.forget('access')
    const error = await failureOf(echo(connection))
    expect(error).toMatchObject({ code: 'unreachable', message: expect.stringContaining('HTTP 503') })
    expect(host.redirects).toBe(1)
  })

  test('is asked by a client with credentials of its own, such as the SDK has', async () => {
    const remote = await startRemote({ authorization: { clients: { robot: 'secret-of-robot' } } })
    const provider = robot(remote, 'secret-of-robot')
    // Every provider of the SDK is one of ours, for the compiler too.
    const ours: OAuthProvider = provider
    const connection = await connectAs(ours, remote)
    await echo(connection)
    await remote.forget('access')
    await echo(connection)
    expect(await grants(remote, 'client_credentials')).toBe(2)
  })

  test('that says no is quoted, without tokens', async () => {
    const remote = await startRemote({ authorization: { clients: { robot: 'secret-of-robot' } } })
    const provider = robot(remote, 'wrong')
    const error = await failureOf(connectAs(provider, remote))
    const message = expect.stringMatching(
      /got none: http:\S+\/token answered HTTP 400 \(invalid_client: no\)$/,
    )
    expect(error).toMatchObject({ code: 'auth_required', message })
  })

  test.each([
    ['refresh token', '/token'],
    ['client secret', '/token'],
    ['client secret', 'the way back'],
  ])('that repeats a %s at %s shows no part of it, wherever the text is cut', async (what, where) => {
    const secret = 'half-of-this-is-too-much'.repeat(3)
    for (const before of [150, 190]) {
      const description = `${'x'.repeat(before)} ${secret}`
      const refused = { status: 400, error: 'invalid_request', error_description: description }
      const isToken = where === '/token'
      const authorization = isToken ? { refusals: { '/token': refused } } : { denies: description }
      const remote = await startRemote({ authorization: { ...authorization, clients: { robot: secret } } })
      const host = new Host()
      const issuer = new URL(remote.url).origin
      const isClient = what === 'client secret'
      const client = { client_id: 'robot', issuer, ...(isClient && { client_secret: secret }) }
      host.saveClientInformation(client)
      const refresh_token = isClient ? 'other' : secret
      if (isToken) host.kept = { access_token: 'old', token_type: 'bearer', issuer, refresh_token }
      const { message } = await failureOf(connectAs(host, remote))
      expect(message).not.toContain(secret.slice(0, 4))
      expect(message).toContain('x ***)')
    }
  })

  test('is asked for more rights where those of the token are too few', async () => {
    const remote = await startRemote({ authorization: { scope: 'admin' } })
    const host = new Host()
    host.clientMetadata.scope = 'guest'
    // The first sign-in is for what the client asks for, the next for what the server does.
    await echo(await connectAs(host, remote))
    expect(host.redirects).toBe(2)
    await remote.forget('access')
    await echo(await connectAs(host, remote))
    expect(host.redirects).toBe(2)
  })
})

describe('tokens that the host keeps fresh itself', () => {
  test('are asked for again when they are refused, and the request is sent once more', async () => {
    const remote = await startRemote({ token: 'new' })
    const tokens = vi.fn(async () => ({ access_token: 'new' })).mockResolvedValueOnce({ access_token: 'old' })
    await echo(await connectAs({ tokens }, remote))
    const { log } = await remote.seen()
    expect(log.slice(0, 2).map(({ headers }) => headers['authorization'])).toEqual([
      'Bearer old',
      'Bearer new',
    ])
  })

  test('are not tried again and again: auth_required, and what is refused is not shown', async () => {
    const remote = await startRemote({ authorization: { echo: true } })
    let count = 0
    const tokens = (): AuthTokens => ({ access_token: `t0ken-${count++}` })
    const error = await failureOf(connectAs({ tokens }, remote))
    expect(error.code).toBe('auth_required')
    expect(JSON.stringify([error.message, error.cause, `${error.stack}`])).not.toMatch(/t0ken/)
    expect((await remote.seen()).log).toHaveLength(2)
  })

  test('that cannot be had make it auth_required', async () => {
    const remote = await startRemote({ authorization: {} })
    const tokens = (): never => {
      throw new Error('the keyring is locked')
    }
    const error = await failureOf(connectAs({ tokens }, remote))
    expect(error).toMatchObject({
      code: 'auth_required',
      message: expect.stringContaining('keyring is locked'),
    })
  })
})

describe('the host', () => {
  test('is not asked where the config has credentials of its own', async () => {
    const remote = await startRemote({ token: 'abc' })
    const auth = vi.fn(async () => ({ tokens: () => ({ access_token: 'other' }) }))
    const config = remoteConfig(remote.url, { headers: { authorization: 'Bearer abc' } })
    const connection = await createConnector({ auth }).connect('demo', config, patient)
    later(() => connection.close())
    expect(auth).not.toHaveBeenCalled()
  })

  test('that fails to say, or says what is no provider, is told', async () => {
    const remote = await startRemote()
    const failing = createConnector({ auth: () => Promise.reject(new Error('no idea')) })
    expect(await failureOf(failing.connect('demo', remoteConfig(remote.url), patient))).toMatchObject({
      code: 'auth_required',
      message: 'the option auth failed for service "demo": no idea',
    })
    const wrong = createConnector({ auth: async () => ({}) as AuthProvider })
    expect(await failureOf(wrong.connect('demo', remoteConfig(remote.url), patient))).toMatchObject({
      code: 'usage',
    })
  })
})
