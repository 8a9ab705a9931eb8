import { expect, test } from 'vitest'
import { connectAs, Host } from './auth-host.ts'
import { failureOf, type Remote, startRemote } from './connections-fixtures.ts'

/** How often a code was handed in. */
async function exchanges({ seen }: Remote): Promise<number> {
  return (await seen()).log.filter(({ rpc }) => rpc === 'grant_type=authorization_code').length
}

test.each([
  ['that is what it is looked for as', {}],
  ['with a slash at its end', { issuer: 'self/' }],
  ['that stands in the address too', { iss: 'self' }],
  ['that stands there as promised', { iss: 'self', promisesIss: true }],
  ['at the same host, where the service names none', { legacy: true, issuer: 'self/oauth' }],
])('an authorization server of a name %s is signed in to', async (_what, authorization) => {
  const remote = await startRemote({ authorization })
  const host = new Host()
  await connectAs(host, remote)
  expect([host.redirects, await exchanges(remote)]).toEqual([1, 1])
})

test.each([
  ['another', { issuer: 'https://attacker.example' }],
  ['one of another path', { issuer: 'self/tenant' }],
  ['another, where the service names none', { legacy: true, issuer: 'https://attacker.example' }],
])('one that calls itself %s is not used: nobody is sent there', async (_what, authorization) => {
  const remote = await startRemote({ authorization })
  const host = new Host()
  const error = await failureOf(connectAs(host, remote))
  expect(error).toMatchObject({ code: 'auth_required', message: expect.stringContaining('says that it is') })
  expect([host.redirects, await exchanges(remote)]).toEqual([0, 0])
})

test.each([
  ['another', { iss: 'https://attacker.example', promisesIss: true }, 'is not from'],
  ['another, unasked', { iss: 'https://attacker.example' }, 'is not from'],
  ['a slash more', { iss: 'self/', promisesIss: true }, 'is not from'],
  ['nobody, where it is promised', { promisesIss: true }, 'does not stand there'],
])('a code that came from %s goes nowhere', async (_what, authorization, words) => {
  const remote = await startRemote({ authorization })
  const host = new Host()
  const error = await failureOf(connectAs(host, remote))
  expect(error).toMatchObject({ code: 'auth_required', message: expect.stringContaining(words) })
  expect([host.redirects, await exchanges(remote)]).toEqual([1, 0])
})

test('a code alone goes to a server that does not name itself, and to no other', async () => {
  const host = new Host()
  host.tellsCodeOnly = true
  await connectAs(host, await startRemote({ authorization: {} }))
  const remote = await startRemote({ authorization: { iss: 'self', promisesIss: true } })
  const stricter = new Host()
  stricter.tellsCodeOnly = true
  const error = await failureOf(connectAs(stricter, remote))
  expect(error).toMatchObject({ code: 'auth_required', message: expect.stringContaining('did not give') })
  expect(await exchanges(remote)).toBe(0)
})

test('who comes back without a code is told why', async () => {
  const remote = await startRemote({ authorization: { denies: true } })
  const error = await failureOf(connectAs(new Host(), remote))
  expect(error).toMatchObject({ code: 'auth_required', message: expect.stringContaining('(access_denied)') })
})
