import { createHash } from 'node:crypto'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { AuthQuestion } from '../connections/auth-provider.ts'
import { asError, storeError } from '../errors.ts'
import { REACH } from '../private-files/private-text.ts'
import type { ServiceName } from '../services/keys.ts'
import { KeptProvider } from './kept-provider.ts'
import { TokenFile } from './token-file.ts'

/** The tokens of a user: a folder with one file for each service and address that he is signed in to. */
export class KeptTokens {
  readonly folder: string
  readonly #providers = new Map<string, KeptProvider>()
  #seen: { at: number; names: string[] } | undefined

  constructor(folder: string) {
    this.folder = folder
  }

  /** Where the tokens for this service are kept. They are found by its address: another one never gets them. */
  fileOf(question: AuthQuestion): TokenFile {
    return new TokenFile(join(this.folder, `${prefixOf(question)}${hashOf(question.url)}.json`), question.url)
  }

  /** Who signs in to it, if somebody did here. */
  providerOf(question: AuthQuestion): KeptProvider | undefined {
    const file = this.fileOf(question)
    if (!existsSync(file.path) || !file.isInUse) return undefined
    const provider = this.#providers.get(file.path) ?? new KeptProvider(file, question)
    this.#providers.set(file.path, provider)
    return provider
  }

  /**
   * Whether there are tokens for a service of this name, whatever its address; or were, for a client that is kept. Where nobody can look
   * nobody is signed in.
   */
  has(service: ServiceName): boolean {
    try {
      return this.namesOf(service).length > 0
    } catch {
      return false
    }
  }

  /** Whether there are tokens for it now, or a file that must not be believed. */
  isSignedIn(service: ServiceName): boolean {
    return this.has(service) && this.namesOf(service).some((name) => this.fileNamed(name).isInUse)
  }

  /** The files with tokens for a service of this name, whatever its address. @throws `storage` where nobody can look */
  namesOf(service: ServiceName): string[] {
    const prefix = prefixOf(service)
    return this.#names().filter((name) => name.startsWith(prefix) && name.endsWith('.json'))
  }

  fileNamed(name: string): TokenFile {
    return new TokenFile(join(this.folder, name))
  }

  #names(): string[] {
    try {
      const at = statSync(this.folder, { throwIfNoEntry: false })?.mtimeMs
      if (at === undefined) return []
      if (this.#seen?.at !== at) this.#seen = { at, names: readdirSync(this.folder) }
      return this.#seen.names
    } catch (thrown) {
      throw storeError('storage', `${this.folder} cannot be looked into: ${asError(thrown).message}`, {
        hint: REACH,
        cause: thrown,
      })
    }
  }
}

/** Safe on every file system, whatever the service is called. */
function prefixOf({ name, scope }: ServiceName): string {
  const readable = name.toLowerCase().replace(/[^a-z0-9]+/g, '-')
  return `${readable.slice(0, 32)}-${hashOf(JSON.stringify([scope, name]))}-`
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}
