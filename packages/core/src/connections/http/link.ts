import type { FetchLike, Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import type { RemoteConfig } from '../../config/service-config.ts'
import { asError } from '../../errors.ts'
import type { AuthProvider } from '../auth-provider.ts'
import { settledWithin } from '../deadline.ts'
import type { Link } from '../link.ts'
import { MessageTooLong, tooLong } from '../message-limit.ts'
import { redacted } from '../redacted.ts'
import type { Verdict } from '../verdict.ts'
import { createFetch, type Failure, HttpFailure, NO_MCP } from './fetch.ts'
import { ForbiddenAddress, type Frontier, forbiddenVerdict } from './frontier.ts'
import { networkVerdict } from './network.ts'
import { createPlainFetch } from './plain-fetch.ts'
import { NoToken, Signer } from './signer.ts'
import { hostHint, mayBeSse, pathHint, statusVerdict, tokenVerdict } from './status.ts'
import { Wire } from './wire.ts'

/** How long the farewell to a server with sessions may take, in ms. */
const FAREWELL_MS = 1000

export interface RemoteTransport {
  transport: Transport & { terminateSession?: () => Promise<void> }
  /** Whether an error of the transport says that its one stream is lost, and the connection with it. */
  isStreamLost(error: Error): boolean
  /** Nothing is lost with the connection: after an answer that is no MCP the server is met anew. */
  isStateless?: boolean
  /** Whether what is sent now belongs to a session. */
  inSession(): boolean
}

export interface LinkOptions {
  config: RemoteConfig
  url: URL
  /** Signs in, where the config does not. */
  provider: AuthProvider | undefined
  /** How one signs in to it by hand. */
  signInHint: string
  /** Which addresses may be reached, if not all. */
  frontier: Frontier | undefined
}

/** A remote server as a session sees it. */
export class HttpLink implements Link {
  readonly transport: RemoteTransport['transport']
  readonly #config: RemoteConfig
  readonly #host: string
  readonly #signInHint: string
  readonly #wire: Wire
  readonly #signer: Signer | undefined
  readonly #inSession: () => boolean
  #isForgotten = false
  readonly #isStateless: boolean
  #getError: unknown
  #streamLost: Error | undefined
  #closing: Promise<void> | undefined

  constructor(
    { config, url, provider, signInHint, frontier }: LinkOptions,
    open: (fetch: FetchLike) => RemoteTransport,
  ) {
    this.#config = config
    this.#host = url.host
    this.#signInHint = signInHint
    this.#wire = new Wire({ frontier })
    if (provider) this.#signer = new Signer({ provider, url, fetch: createPlainFetch(this.#wire) })
    const {
      transport,
      isStreamLost,
      inSession,
      isStateless = false,
    } = open(
      createFetch({
        wire: this.#wire,
        home: url,
        signer: this.#signer,
        onGetError: (error) => {
          this.#getError = error
        },
      }),
    )
    this.transport = transport
    this.#inSession = inSession
    this.#isStateless = isStateless
    transport.onerror = (error) => {
      if (!isStreamLost(error)) return
      this.#streamLost = error
      void transport.close()
    }
  }

  judge(error: unknown): Verdict {
    const verdict = this.#explain(error)
    if (verdict) return verdict
    if (this.#streamLost) {
      const why = this.#getError
      if (why !== undefined) return this.#explain(why) ?? networkVerdict(why, this.#host)
      return { fate: 'lost', words: 'closed its event stream', transient: true, over: true }
    }
    if (error === undefined || codeOf(error) === -32000) return { fate: 'lost', words: 'was disconnected' }
    return networkVerdict(error, this.#host)
  }

  /** What an error means that says so itself. */
  #explain(error: unknown): Verdict | undefined {
    if (error instanceof MessageTooLong) return { fate: 'lost', words: tooLong, over: true }
    if (error instanceof ForbiddenAddress) return forbiddenVerdict(error)
    if (error instanceof HttpFailure) return this.#judgeStatus(error)
    if (error instanceof NoToken) return tokenVerdict(error, this.#signer?.hint)
    const code = codeOf(error)
    if (code === NO_MCP) {
      const words = `at ${this.#host} does not answer as an MCP server: ${asError(error).message}`
      // Whoever wrote it may stand before a server that ran what was asked.
      return { fate: 'lost', words, hint: pathHint }
    }
    if (typeof code !== 'number' || code < 300) return undefined
    return this.#judgeStatus({ status: code, body: '' })
  }

  lastWords(): string {
    return ''
  }

  close(): Promise<void> {
    this.#closing ??= this.#shutDown()
    return this.#closing
  }

  #judgeStatus(failure: Failure): Verdict {
    const redact = (text: string): string => redacted(text, this.#config)
    const verdict = statusVerdict(failure, { redact, inSession: this.#inSession() })
    this.#isForgotten ||= verdict.fate === 'unsent' && verdict.expired === true
    if (this.#signer && verdict.fate === 'denied') return { ...verdict, hint: this.#signer.hint ?? hostHint }
    if (failure.status === 401) return { ...verdict, hint: this.#signInHint }
    return this.#isStateless && mayBeSse(failure.status) ? { ...verdict, over: true } : verdict
  }

  async #shutDown(): Promise<void> {
    const { transport } = this
    if (transport.terminateSession && !this.#isForgotten)
      await settledWithin(FAREWELL_MS, transport.terminateSession())
    await transport.close().catch(() => {})
    this.#wire.close()
  }
}

function codeOf(error: unknown): unknown {
  return (Object(error) as { code?: unknown }).code
}
