import { expect, test } from 'vitest'
import { KeptProvider } from '../src/tokens/kept-provider.ts'
import { type Credentials, TokenFile } from '../src/tokens/token-file.ts'
import { scratch } from './connections-fixtures.ts'

const url = 'https://example.com/mcp'
const client = { client_id: 'mine' }
const signedIn = (token: string): Credentials => ({
  tokens: { access_token: `access-${token}`, refresh_token: `refresh-${token}` },
  client,
})

/** A process that renews, and another that takes its lock away and does `meanwhile`, as the first was stopped for long. */
async function renewed(
  outcome: (provider: KeptProvider) => Promise<void>,
  meanwhile: (file: TokenFile) => Promise<void> | void,
): Promise<Credentials | undefined> {
  const path = `${scratch()}/demo.json`
  const other = new TokenFile(path, url)
  await other.write(signedIn('old'))
  const provider = new KeptProvider(new TokenFile(path, url), { name: 'demo', scope: 'store', url })
  await provider.alone(async () => {
    expect(provider.tokens()).toEqual(signedIn('old').tokens)
    await meanwhile(other)
    // Another request looks at what there is.
    provider.tokens()
    await outcome(provider)
  })
  return other.read()
}

const saves = (provider: KeptProvider) => provider.saveTokens(signedIn('renewed').tokens)
const isRefused = (provider: KeptProvider) => provider.invalidateCredentials('tokens')
const signsIn = (file: TokenFile) => file.write(signedIn('new'))

test('who lost the lock as he renewed put his tokens in the place of those that the user signed in for', async () => {
  expect(await renewed(saves, () => {})).toEqual(signedIn('renewed'))
  expect(await renewed(saves, signsIn)).toEqual(signedIn('new'))
})

test('who lost the lock as he renewed signed a user in again who had signed out', async () => {
  expect(await renewed(saves, (file) => file.remove())).toBeUndefined()
})

test('who lost the lock as he renewed took away the tokens that another one had got', async () => {
  expect(await renewed(isRefused, () => {})).toBeUndefined()
  expect(await renewed(isRefused, signsIn)).toEqual(signedIn('new'))
})
