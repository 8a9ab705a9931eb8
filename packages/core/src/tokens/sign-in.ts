import { serviceWords } from '../config/shell-words.ts'
import type { Revocation } from '../connections/http/revoke.ts'
import { type ErrorNote, noteOfError, storeError } from '../errors.ts'
import type { House } from '../house.ts'
import { checkServiceName } from '../services/names.ts'
import type { Service } from '../services/registry.ts'
import type { KeptTokens } from './kept-tokens.ts'
import { LoginProvider, type Opener } from './login-provider.ts'
import { Loopback } from './loopback.ts'
import { clientId, type GivenClient, type SignInClient } from './sign-in-client.ts'

/** How long a user has to sign in, in ms. */
const TIME_MS = 300_000

export interface SignInOptions {
  /**
   * Shows the user the page where he signs in. `take` is for the address that his browser ended at, where that cannot reach
   * this machine; it says whether it was of this sign-in.
   */
  open: Opener
  /** Default: the one that was given before and is kept with the tokens, or one that is registered for this once. */
  client?: SignInClient | undefined
  /**
   * The port of 127.0.0.1 that the browser comes back to, where the client may use no other. Default: the one that was given for
   * this client before, or a free one.
   */
  callbackPort?: number | undefined
  /** How long the user has, in ms. Default: 300,000. */
  timeout?: number | undefined
  signal?: AbortSignal | undefined
}

export interface SignInReport {
  name: string
  /** `not_needed`: the service answers without a token. */
  status: 'signed_in' | 'not_needed'
  /** Why it cannot be used with the tokens that it got, if so. */
  error?: ErrorNote
}

export interface SignOutReport {
  name: string
  /** `absent`: there were no tokens. */
  status: 'signed_out' | 'absent'
  /** What became of the tokens where they came from, for each address that they were for. */
  revocations: Revocation[]
}

/** Signs the user in to a service; see `StoreContext.signIn`. */
export async function signIn(house: House, called: string, options: SignInOptions): Promise<SignInReport> {
  const service = house.registry.get(checkServiceName(called))
  const { name, scope } = service
  const tokens = keptTokens(house)
  await house.gate.admit(service, { timeoutMs: house.options.connectTimeoutMs, signal: options.signal })
  if (!house.gate.isTrusted(service)) throw untrusted(service)
  const config = house.gate.expand(service)
  if (config.type === 'stdio') {
    throw storeError('usage', `service "${name}" is a program: nobody signs in to it here`, {
      hint: 'Give it what it needs in "env" of its config.',
    })
  }
  const file = tokens.fileOf({ name, scope, url: config.url })
  const kept = file.glimpse()
  const given = givenNow(options, kept?.given)
  const back = await Loopback.open(given?.callbackPort ?? options.callbackPort ?? 0)
  const time = timeFor(name, options)
  const known = options.client || !kept?.given ? undefined : kept.client
  let unkept: unknown
  const open: Opener = async (...page) => {
    // Before the user does his part: what he gets has to be kept.
    await file.prove().catch((thrown) => {
      unkept = thrown
      throw thrown
    })
    await options.open(...page)
  }
  const provider = new LoginProvider(back, { open, ended: time.ended, client: given, known })
  try {
    const { signInTo } = await import('../connections/http/sign-in.ts')
    await Promise.race([signInTo({ name, scope }, config, provider), time.ended])
  } catch (thrown) {
    throw unkept ?? time.error ?? thrown
  } finally {
    time.clear()
    back.close()
  }
  const { credentials } = provider
  if (!credentials) {
    // That nobody was asked to sign in says nothing of what answered.
    await tryIt(house, service, options)
    return { name, status: 'not_needed' }
  }
  await file.alone(async () => {
    // One that was spoiled would stay as it is.
    file.remove()
    const servesAgain = given && credentials.client.client_id === clientId(given)
    await file.write({ ...credentials, ...(servesAgain && { given }) })
  })
  await house.reach.disconnect(service)
  const error = await problemOf(house, service, options)
  return { name, status: 'signed_in', ...(error && { error }) }
}

/** Removes the tokens for a service, here and where they came from; see `StoreContext.signOut`. */
export async function signOut(house: House, given: string): Promise<SignOutReport> {
  const name = checkServiceName(given)
  const { registry } = house
  const tokens = keptTokens(house)
  const known = registry.all().find((one) => one.name === name)
  // Of a service that was removed they may still be there.
  const names = tokens.namesOf(known ?? { name, scope: registry.scope })
  const service = names.length > 0 ? known : registry.get(name)
  // While its tokens are good: the end of a session is told with them.
  if (service) await house.reach.disconnect(service)
  const revocations: Revocation[] = []
  let wasSignedIn = false
  for (const file of names.map((one) => tokens.fileNamed(one))) {
    const { isInUse, kept } = await file.alone(async () => {
      const found = { isInUse: file.isInUse, kept: file.glimpse() }
      file.remove()
      return found
    })
    // What is left of tokens that were refused is nothing to revoke.
    if (!isInUse) continue
    wasSignedIn = true
    if (!kept?.tokens) revocations.push({ status: 'failed', why: 'the file was spoiled' })
    else {
      const { revoke } = await import('../connections/http/revoke.ts')
      revocations.push(await revoke(kept.tokens, kept.client))
    }
  }
  // What was opened meanwhile.
  if (service) await house.reach.disconnect(service)
  return { name, status: wasSignedIn ? 'signed_out' : 'absent', revocations }
}

/** The client that signs in, if one was given now or before, with the port that its redirect address names. */
function givenNow(
  { client, callbackPort }: SignInOptions,
  before: GivenClient | undefined,
): GivenClient | undefined {
  const given = client ?? before
  if (!given) return undefined
  const isTheSame = before && clientId(before) === clientId(given)
  const port = callbackPort ?? (isTheSame ? before.callbackPort : undefined)
  return { ...given, ...(port !== undefined && { callbackPort: port }) }
}

function keptTokens({ reach }: House): KeptTokens {
  const { kept } = reach.signIns
  if (kept) return kept
  throw storeError(
    'usage',
    'this store keeps no tokens: it has no home, or the host gives its own (option "auth")',
    {
      hint: 'Give it a "home", and no "auth".',
    },
  )
}

function untrusted({ name, scope }: Service): Error {
  const words = serviceWords(name, scope)
  return storeError('untrusted', `service "${name}" is not trusted here: its address gets no tokens`, {
    hint: `Look at it: mcpstore info ${words}. If you know that address, approve it: mcpstore trust ${words} (trustService)`,
  })
}

/** The time that a user has, and his second thoughts. */
function timeFor(
  name: string,
  { timeout = TIME_MS, signal }: SignInOptions,
): { ended: Promise<never>; readonly error: Error | undefined; clear(): void } {
  const timer = new AbortController()
  let error: Error | undefined
  const ended = new Promise<never>((_, reject) => {
    const end = (reason: Error): void => {
      error = reason
      reject(reason)
    }
    const late = setTimeout(() => {
      const hint = 'Try again, with more time (--timeout) if need be.'
      end(storeError('timeout', `nobody signed in to service "${name}" within ${timeout / 1000} s`, { hint }))
    }, timeout)
    timer.signal.addEventListener('abort', () => clearTimeout(late))
    const abort = (): void => end(storeError('aborted', `signing in to service "${name}" was given up`))
    if (signal?.aborted) abort()
    signal?.addEventListener('abort', abort, { once: true, signal: timer.signal })
  })
  ended.catch(() => {})
  return {
    ended,
    get error() {
      return error
    },
    clear: () => timer.abort(),
  }
}

/** Why it cannot be used. */
async function problemOf(...asked: Parameters<typeof tryIt>): Promise<ErrorNote | undefined> {
  try {
    await tryIt(...asked)
    return undefined
  } catch (thrown) {
    return noteOfError(thrown as Parameters<typeof noteOfError>[0])
  }
}

/** Uses it once, so that what is known of its health is true. @throws why that failed */
async function tryIt({ reach, options }: House, service: Service, { signal }: SignInOptions): Promise<void> {
  await reach.use(service, { timeoutMs: options.connectTimeoutMs, signal, insist: true }, async () => {})
}
