import { rmSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { isObject } from '../config/problem.ts'
import type { AuthClient, AuthTokens } from '../connections/auth-provider.ts'
import { asError, storeError } from '../errors.ts'
import { port } from '../options/option-checks.ts'
import { whileLocked } from '../private-files/file-lock.ts'
import { PrivateFile } from '../private-files/private-file.ts'
import { writeRemedy } from '../private-files/write-remedy.ts'
import { clientProblem, type GivenClient } from './sign-in-client.ts'

/** What one who is signed in has: tokens, and the client that they were given to, each naming its authorization server. */
export interface Credentials {
  tokens: AuthTokens
  client: AuthClient
  /** What the user gave to sign in with, which serves again. */
  given?: GivenClient
}

/** What is left of that where the tokens were refused for good: the client that the user gave, for the next time. */
export type Kept = Omit<Credentials, 'tokens'> & { tokens?: AuthTokens }

const VERSION = 1

/** The tokens for one service at one address, in a file of the user's own. */
export class TokenFile {
  readonly path: string
  readonly #url: string | undefined
  readonly #file: PrivateFile<unknown>

  /** Without its address it can be looked into and removed. */
  constructor(path: string, url?: string) {
    this.path = path
    this.#url = url
    this.#file = new PrivateFile(path, {
      read: (text) => readEntries(text.whole()),
      write: (entries) => `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`,
      disbelieved: 'signs nobody in',
      remedy: 'Sign in again (mcpstore login), which replaces it.',
      unkept: 'the tokens cannot be kept in',
    })
  }

  /** @throws `storage` for a file that must not be believed */
  read(): Credentials | undefined {
    const entries = this.#file.read()
    const kept = entries.get('url') === this.#url ? keptIn(entries) : undefined
    return kept && hasTokens(kept) ? kept : undefined
  }

  /** Whether somebody is signed in with it, or it must not be believed, which `read` tells. */
  get isInUse(): boolean {
    try {
      const kept = keptIn(this.#file.read())
      return kept !== undefined && hasTokens(kept)
    } catch {
      return true
    }
  }

  /** Whatever address it is for; nothing where it must not be believed. */
  glimpse(): Kept | undefined {
    try {
      return keptIn(this.#file.read())
    } catch {
      return undefined
    }
  }

  /** @throws `storage`; then nothing was changed */
  async write(kept: Kept): Promise<void> {
    await this.#file.change((entries) => this.#put(kept, entries))
  }

  /** The same in the place of these tokens; where others are there by now, or none, it stays so. @throws `storage` */
  async writeOver(before: AuthTokens | undefined, kept: Kept): Promise<void> {
    await this.#file.change((entries) => {
      if (isDeepStrictEqual(entries.get('tokens'), before)) this.#put(kept, entries)
    })
  }

  /** Proves that tokens can be kept here now. @throws `storage` */
  async prove(): Promise<void> {
    // It takes a file beside this one.
    await this.alone(async () => {})
  }

  /** Removes the tokens, and all else but the client that the user gave. @throws `storage` */
  async removeTokens(): Promise<void> {
    const { client, given } = this.glimpse() ?? {}
    if (client && given) await this.write({ client, given })
    else this.remove()
  }

  /** @throws `storage`; then it is still there */
  remove(): void {
    try {
      rmSync(this.path, { force: true })
    } catch (thrown) {
      throw storeError('storage', `${this.path} cannot be removed: ${asError(thrown).message}`, {
        hint: writeRemedy(thrown),
        cause: thrown,
      })
    }
  }

  /** Runs `work` while no other process renews, replaces or removes these tokens. @throws `storage`, and what `work` throws */
  alone<Result>(work: () => Promise<Result>): Promise<Result> {
    return whileLocked(`${this.path}.renewal`, work)
  }

  #put({ tokens, client, given }: Kept, entries: Map<string, unknown>): void {
    entries.clear()
    const kept = { version: VERSION, url: this.#url, tokens, client, given }
    for (const [key, value] of Object.entries(kept)) if (value !== undefined) entries.set(key, value)
  }
}

function hasTokens(kept: Kept): kept is Credentials {
  return kept.tokens !== undefined
}

function keptIn(entries: Map<string, unknown>): Kept | undefined {
  if (entries.size === 0) return undefined
  const given = entries.get('given') as GivenClient | undefined
  const tokens = entries.get('tokens') as AuthTokens | undefined
  return {
    ...(tokens && { tokens }),
    client: entries.get('client') as AuthClient,
    ...(given && { given }),
  }
}

/** @throws Error that says what is wrong */
function readEntries(text: string): Map<string, unknown> {
  let found: unknown
  try {
    found = JSON.parse(text)
  } catch {
    // What the parser says quotes the text, and with it tokens.
    throw new Error('it is not JSON')
  }
  if (!isObject(found)) throw new Error('it holds no object')
  const { version, url, tokens, client, given } = found as Record<string, unknown>
  if (version !== VERSION) throw new Error('it is of another version')
  if (typeof url !== 'string') throw new Error('it does not say where its tokens may be sent')
  const isLeft = tokens === undefined && given !== undefined
  if (!isLeft && !(isObject(tokens) && isText(tokens, 'access_token'))) throw new Error('it holds no token')
  if (!isObject(client) || !isText(client, 'client_id')) throw new Error('it holds no client')
  if (given !== undefined && (clientProblem(given) || portProblem(given)))
    throw new Error('it holds no client that was given')
  return new Map(Object.entries(found))
}

function portProblem(given: unknown): string | undefined {
  const { callbackPort } = Object(given) as Partial<GivenClient>
  return callbackPort === undefined ? undefined : port(callbackPort)
}

function isText(object: object, field: string): boolean {
  const value: unknown = Reflect.get(object, field)
  return typeof value === 'string' && value !== ''
}
