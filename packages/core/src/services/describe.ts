import type { HealthNote } from './health-note.ts'
import type { Service } from './registry.ts'
import type { ConnectionPhase, ServiceFacts, ServiceSummary, StatusWord } from './service-info.ts'

/** What is known of a service's tool list. */
export interface ListFacts {
  toolCount: number
  stale: boolean
}

/** Folds what is known of one service into a row of the listing. */
export function describeService(
  { scope, name, config, grant }: Service,
  phase: ConnectionPhase,
  note: HealthNote | undefined,
  list: ListFacts | undefined,
  { trusted, inert }: Pick<ServiceFacts, 'trusted' | 'inert'>,
): ServiceSummary {
  const facts: ServiceFacts = {
    wanted: config.disabled ? 'disabled' : 'enabled',
    phase,
    health: note?.health ?? 'unknown',
    tools: list ? (list.stale ? 'stale' : 'fresh') : 'none',
    lastError: note?.error ?? null,
    retryAt: null,
    trusted,
    inert,
  }
  return {
    name,
    scope,
    ...(grant && { assigned: { allow: grant.allow, deny: grant.deny } }),
    transport: config.type,
    status: statusWord(facts),
    toolCount: list?.toolCount ?? null,
    facts,
  }
}

function statusWord({ wanted, phase, health, tools, inert }: ServiceFacts): StatusWord {
  if (wanted === 'disabled') return 'disabled'
  if (inert !== null) return 'untrusted'
  if (phase === 'connecting') return 'connecting'
  if (health !== 'unknown') return health
  return tools === 'none' ? 'new' : 'ok'
}
