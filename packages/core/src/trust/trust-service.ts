import { configToApprove } from '../config/redaction/redact.ts'
import type { ServiceConfig } from '../config/service-config.ts'
import { storeError } from '../errors.ts'
import type { House } from '../house.ts'
import { checkServiceName } from '../services/names.ts'
import { configHash } from './config-hash.ts'

export interface TrustOptions {
  /**
   * Looks at what would be approved and says whether it is to be. Default: it is. Of the config only plain tokens that look
   * secret read `***`.
   */
  confirm?: ((service: { name: string; config: ServiceConfig }) => boolean | Promise<boolean>) | undefined
}

/** What became of the wish to trust a service, or not to. */
export interface TrustReport {
  name: string
  /** `unchanged`: the dataspace is this user's own, and trusted as a whole. */
  status: 'approved' | 'declined' | 'revoked' | 'unchanged'
  /** Whether it is trusted now. */
  trusted: boolean
}

/** Approves a service's config as it is stored; see `StoreContext.trustService`. */
export async function trustService(
  { gate, approver, news, registry }: House,
  given: string,
  { confirm }: TrustOptions,
): Promise<TrustReport> {
  const service = registry.get(checkServiceName(given))
  const { name, config } = service
  await gate.consult([service])
  if (gate.isOwn) return { name, status: 'unchanged', trusted: true }
  const agreed = confirm === undefined || (await confirm({ name, config: configToApprove(config) })) === true
  if (!agreed) return { name, status: 'declined', trusted: gate.isTrusted(service) }
  const now = registry.records.byId(service.id)
  if (!now || configHash(now.config) !== configHash(config)) {
    throw storeError('conflict', `service "${name}" was changed by somebody else meanwhile`, {
      hint: 'Nothing was approved. Look at it again.',
    })
  }
  await approver.approve(service)
  news.tell(service.id)
  return { name, status: 'approved', trusted: true }
}

/** Takes back what was approved; see `StoreContext.revokeTrust`. */
export async function revokeTrust(
  { gate, approver, news, reach, registry }: House,
  given: string,
): Promise<TrustReport> {
  const service = registry.get(checkServiceName(given))
  const { name } = service
  if (gate.isOwn) {
    throw storeError('usage', `service "${name}" needs no trust: this dataspace is trusted as a whole`, {
      hint: 'To keep it from being started, remove it, or disable it in its config.',
    })
  }
  await approver.revoke(service)
  await gate.consult([service])
  news.tell(service.id)
  // What was connected with trust could do more.
  if (gate.refusal(service) || !gate.isTrusted(service)) await reach.disconnect(service)
  return { name, status: 'revoked', trusted: gate.isTrusted(service) }
}
