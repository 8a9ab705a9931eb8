import type { HealthNote } from './health-note.ts'
import type { Service } from './registry.ts'
import type { ConnectionPhase, ServiceFacts, ServiceSummary, StatusWord } from './service-info.ts'

/** What is known of a service's tool list. */
export interface ListFacts {
  /** `null` where only the tools themselves would tell. */
  toolCount: number | null
  /** ISO 8601. */
  fetchedAt: string
  /** Milliseconds since then. */
  age: number
  stale: boolean
}

/** What is known of this process's connection to a service. */
export interface ConnectionFacts {
  phase: ConnectionPhase
  /** When a failing service is tried again, ms since 1970. */
  retryAt: number | undefined
  /** Whether this process is asking for its tools. */
  isAsked: boolean
}

/** What was found when somebody last reached for a service, and by whom. */
export interface HealthFacts {
  note: HealthNote | undefined
  witness: { node: string; gone: boolean } | undefined
}

/** Folds what is known of one service into a row of the listing. */
export function describeService(
  { scope, name, config, grant }: Service,
  { phase, retryAt, isAsked }: ConnectionFacts,
  { note, witness }: HealthFacts,
  list: ListFacts | undefined,
  trust: Pick<ServiceFacts, 'trusted' | 'trustedBy' | 'inert' | 'signature'>,
): ServiceSummary {
  const facts: ServiceFacts = {
    wanted: config.disabled ? 'disabled' : 'enabled',
    phase,
    health: note?.health ?? 'unknown',
    seenBy: witness?.node ?? null,
    healthStale: witness?.gone ?? false,
    tools: list ? (list.stale ? 'stale' : 'fresh') : 'none',
    lastError: note?.error ?? null,
    retryAt: retryAt === undefined ? null : new Date(retryAt).toISOString(),
    ...trust,
  }
  return {
    name,
    scope,
    ...(grant && { assigned: { allow: grant.allow, deny: grant.deny } }),
    transport: config.type,
    status: statusWord(facts, isAsked),
    toolCount: list?.toolCount ?? null,
    fetchedAt: list?.fetchedAt ?? null,
    age: list?.age ?? null,
    facts,
  }
}

function statusWord({ wanted, phase, health, tools, inert }: ServiceFacts, isAsked: boolean): StatusWord {
  if (wanted === 'disabled') return 'disabled'
  if (inert !== null) return 'untrusted'
  if (phase === 'connecting') return 'connecting'
  if (health !== 'unknown') return health
  if (tools !== 'none') return 'ok'
  // Being asked for its tools: whether it works is not known yet.
  return isAsked ? 'connecting' : 'new'
}
