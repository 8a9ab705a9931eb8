import type { Json, Put } from '@mcpstore/storage'
import { validateConfig } from '../../config/entry.ts'
import { configError, printable, quoted } from '../../config/problem.ts'
import { mapLiterals, plainSecrets } from '../../config/redaction/literals.ts'
import type { ServiceConfig } from '../../config/service-config.ts'
import type { House } from '../../house.ts'
import type { DataspaceKey } from '../../secrets/dataspace-key.ts'
import { canonical } from '../../trust/config-hash.ts'
import { withSignature } from '../../trust/signature.ts'
import type { ServiceName } from '../keys.ts'
import { requirePossible } from '../names.ts'
import type { Service } from '../registry.ts'

/** What is written of a config: sealed and signed where there is a secret. */
export interface StoredForm {
  /** As it is stored, without a signature: what an approval is about. */
  config: ServiceConfig
  /** Whether this stands there already. */
  isKept: boolean
  /** What whoever writes it should know. */
  warnings: string[]
  /** The value to be written at this very moment. */
  put(): Pick<Put, 'stamp'> & { value: Json }
}

/**
 * The form in which a config of a service is stored. What says the same as what is stored is stored as it is, if its seals
 * and signature are those of the current secret: it would not be the same text again. `vouch` is whether it may be signed.
 * @throws `bad_config` for a value that is too long once it is sealed; `usage` for an id that no agent may have
 */
export async function storedForm(
  house: House,
  service: ServiceName,
  given: ServiceConfig,
  { vouch }: { vouch: boolean },
): Promise<StoredForm> {
  const { dataspace, options, registry, signatures, vault } = house
  requirePossible(service.scope)
  const key = await vault.keys.current()
  const before = registry.records.find(service)
  const isSame = before && (await saysTheSame(house, service, [before.config, given]))
  if (!before) await vault.prepare(given)
  const plain = vault.openWhatOpens(service, given)
  const kept = isSame && isCurrent(house, before, key, vouch) ? before : undefined
  const fresh = key ? sealed(house, service, plain, key) : given
  return {
    config: kept?.config ?? fresh,
    isKept: kept !== undefined,
    warnings: kept ? [] : warningsOf(house, { name: service.name, before, plain, key, vouch }),
    put: () => {
      if (kept && registry.records.find(service)?.stamp === kept.stamp) return { value: asStored(kept) }
      if (!key || !vouch) return { value: fresh as unknown as Json }
      const at = dataspace.tick()
      const value = withSignature(fresh, signatures.sign(service, fresh, at, key))
      // Signed and stamped at one moment, what is newer by the one is newer by the other; under strict storage stamps again.
      return options.policy === 'strict' ? { value } : { value, stamp: at }
    },
  }
}

/** What is to be said of a write that came about; logged, too. */
export function warned({ logger }: House, { warnings }: StoredForm): { warnings?: string[] } {
  for (const warning of warnings) logger.warn(warning)
  return warnings.length > 0 ? { warnings } : {}
}

/** Whether two configs of a service are the same, sealed or not. */
export async function saysTheSame(
  { vault }: House,
  service: ServiceName,
  configs: readonly [ServiceConfig, ServiceConfig],
): Promise<boolean> {
  for (const config of configs) await vault.prepare(config)
  const [one, other] = configs.map((config) => canonical(vault.openWhatOpens(service, config)))
  return one === other
}

function asStored({ config, signature }: Service): Json {
  return signature ? withSignature(config, signature) : (config as unknown as Json)
}

function sealed(
  { vault }: House,
  service: ServiceName,
  plain: ServiceConfig,
  key: DataspaceKey,
): ServiceConfig {
  const config = vault.seal(service, plain, key)
  const read = validateConfig(config)
  if ('problems' in read) throw configError(service.name, read.problems)
  return config
}

/** Whether nothing of this would be sealed or signed anew. */
function isCurrent(
  { signatures, vault }: House,
  stored: Service,
  key: DataspaceKey | undefined,
  vouch: boolean,
): boolean {
  if (!key) return true
  let isOpen = false
  mapLiterals(stored.config, (literal) => {
    isOpen = true
    return literal
  })
  const isStale = [...vault.sealedBy(stored.config)].some((id) => id !== key.id && vault.keys.get(id))
  if (isOpen || isStale) return false
  return !vouch || (stored.signature?.key === key.id && signatures.verdict(stored) === 'valid')
}

interface Writing {
  name: string
  before: Service | undefined
  plain: ServiceConfig
  key: DataspaceKey | undefined
  vouch: boolean
}

/** Stores that have told what lies open in Redis: once is enough. */
const told = new WeakSet<House['vault']>()

function warningsOf({ gate, vault }: House, { name, before, plain, key, vouch }: Writing): string[] {
  const warnings: string[] = []
  const { stored, shown } = plainSecrets(plain)
  const list = (fields: string[]): string => fields.map((field) => printable(field, 60)).join(', ')
  if (before?.signature && !(key && vouch)) {
    const why = key ? 'what was there is not trusted here' : 'this process has no secret'
    warnings.push(`service ${quoted(name)} was signed and is not any more: ${why}`)
  }
  if (stored.length > 0 && !key && !gate.isOwn && !told.has(vault)) {
    told.add(vault)
    warnings.push(
      `service ${quoted(name)}: whoever can read Redis can read ${list(stored)}: write a placeholder (\${VAR}), or give a secret (MCPSTORE_SECRET)`,
    )
  }
  if (shown.length > 0) {
    warnings.push(
      `service ${quoted(name)}: ${list(shown)} looks like a secret, and arguments are stored and shown to everybody on the machine: write it into env, or a placeholder`,
    )
  }
  return warnings
}
