import type { House } from '../house.ts'
import { ageOf, isStale } from '../tools/lists/freshness.ts'
import { describeService } from './describe.ts'
import { healthWitness, readHealth } from './health-note.ts'
import type { Service } from './registry.ts'
import type { ServiceSummary } from './service-info.ts'

/** What is known of a service, without asking anybody; whether it is trusted as of the gate's last `consult` about it. */
export function summarise(
  { dataspace, gate, lists, reach, refresher }: House,
  service: Service,
): ServiceSummary {
  const list = lists.known(service)
  const facts = list && {
    toolCount: lists.countOf(service, list),
    fetchedAt: list.fetchedAt,
    age: ageOf({ dataspace }, list),
    stale: isStale({ dataspace }, list) || refresher.isOutdated(service, list),
  }
  const trustedBy = gate.trustedBy(service)
  const trust = {
    trusted: trustedBy !== null,
    trustedBy,
    inert: gate.whyInert(service),
    signature: gate.signatureOf(service),
  }
  const phase = reach.phase(service)
  // To know whether it is asked takes a look at the variables that it needs, and a hash of them.
  const isAsked = phase === 'connected' && !list && refresher.isAsking(service)
  const connection = { phase, retryAt: reach.retryAt(service), isAsked }
  const health = { note: readHealth(dataspace, service), witness: healthWitness(dataspace, service) }
  return describeService(service, connection, health, facts, trust)
}
