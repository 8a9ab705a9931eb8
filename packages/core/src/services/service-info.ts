import type { Scope } from '@mcpstore/storage'
import type { ServiceConfig, TransportName } from '../config/service-config.ts'
import type { ServerFacts } from '../connections/connector.ts'
import type { ToolFilter } from '../tools/tool-filter.ts'
import type { SignatureVerdict } from '../trust/signature.ts'

export const STATUS_WORDS = ['new', 'connecting', 'ok', 'failing', 'auth', 'untrusted', 'disabled'] as const

/** The facts below folded into one word, for people. */
export type StatusWord = (typeof STATUS_WORDS)[number]

/**
 * By what a config is trusted: an approval kept here, a valid signature, the word of the host, or because the whole dataspace is
 * this user's own.
 */
export type TrustedBy = 'dataspace' | 'approval' | 'signature' | 'host'

/** A failure as it is kept and shown: never with a secret in it. */
export interface FailureNote {
  code: string
  message: string
  /** ISO 8601. */
  at: string
}

/** Where this process's connection to a service is in its life. */
export type ConnectionPhase = 'idle' | 'connecting' | 'connected'

/** What is known of one service, each fact on its own. */
export interface ServiceFacts {
  wanted: 'enabled' | 'disabled'
  phase: ConnectionPhase
  health: 'unknown' | 'ok' | 'failing' | 'auth'
  /** The process that found it so, see `Store.nodes`; `null` while nobody did. */
  seenBy: string | null
  /** Whether that process is gone without a word, so that nobody stands by what it found. */
  healthStale: boolean
  tools: 'none' | 'fresh' | 'stale'
  lastError: FailureNote | null
  /** Until when a service that failed again and again is left alone by this process; ISO 8601, `null` when it is not. */
  retryAt: string | null
  /** Whether this very config is trusted. */
  trusted: boolean
  /** By what; `null` when it is not. */
  trustedBy: TrustedBy | null
  /** Why the service is neither started nor connected for want of trust; `null` when it may be. */
  inert: string | null
  /** What the signature of the config is worth here, `null` for none; `unchecked` where nobody had to know. */
  signature: SignatureVerdict | null
}

export interface ServiceSummary {
  name: string
  /** Whose it is: the store's, or one agent's. */
  scope: Scope
  /** Of a service of the store that is assigned to the agent who looks: which of its tools that agent may use. */
  assigned?: ToolFilter
  transport: TransportName
  status: StatusWord
  /** How many tools the cached list has, of those that may be used here; `null` while nobody knows. */
  toolCount: number | null
  /** When the cached tool list was fetched, ISO 8601; `null` where there is none. */
  fetchedAt: string | null
  /** How long ago that was, in ms by the clock of the dataspace; `null` where there is none. */
  age: number | null
  facts: ServiceFacts
}

/** Everything that may be shown of one service; secrets are redacted. */
export interface ServiceInfo extends ServiceSummary {
  config: ServiceConfig
  server: ServerFacts | null
}
