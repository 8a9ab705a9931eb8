import type { McpStoreError } from '@mcpstore/storage'
import { mapValues } from '../config/config-values.ts'
import { replaceSealed } from '../config/placeholders/sealed-syntax.ts'
import { printable, quoted } from '../config/problem.ts'
import { mapLiterals } from '../config/redaction/literals.ts'
import type { ServiceConfig } from '../config/service-config.ts'
import { type ErrorCode, storeError } from '../errors.ts'
import { type ServiceName, serviceId } from '../services/keys.ts'
import type { DataspaceKey } from './dataspace-key.ts'
import type { Keyring } from './keyring.ts'
import { openValue, sealValue } from './sealed-value.ts'

/** Seals what is secret in configs before they are written, and opens it. */
export class Vault {
  readonly keys: Keyring
  readonly #sealedBy = new WeakMap<ServiceConfig, ReadonlySet<string>>()

  constructor(keys: Keyring) {
    this.keys = keys
  }

  /** The config with every literal secret sealed; what is sealed stays as it is. */
  seal(service: ServiceName, config: ServiceConfig, key: DataspaceKey): ServiceConfig {
    return mapLiterals(config, (literal, field) => sealValue(literal, key, placeOf(service, field)))
  }

  /** The ids of the keys that this config is sealed with. */
  sealedBy(config: ServiceConfig): ReadonlySet<string> {
    const known = this.#sealedBy.get(config)
    if (known) return known
    const ids = new Set<string>()
    mapValues(config, (value) => {
      replaceSealed(value, (found, id) => {
        ids.add(id)
        return found
      })
      return value
    })
    // What is not frozen may still change.
    if (Object.isFrozen(config)) this.#sealedBy.set(config, ids)
    return ids
  }

  /** Whether keys are needed to open this config, and not derived yet. */
  isWaiting(config: ServiceConfig): boolean {
    for (const id of this.sealedBy(config)) if (!this.keys.get(id) && this.keys.mayHave(id)) return true
    return false
  }

  /** Derives the keys that this config is sealed with, as far as there are secrets for them. */
  async prepare(config: ServiceConfig): Promise<void> {
    if (this.isWaiting(config)) await this.keys.load(this.sealedBy(config))
  }

  /** The config as it was before it was sealed. Its keys must have been prepared. @throws `sealed` that names field and key */
  open(service: ServiceName, config: ServiceConfig): ServiceConfig {
    return this.#open(service, config, (_, field, id) => {
      throw this.#cannot(service, field, id)
    })
  }

  /** The same; what cannot be opened stays sealed. */
  openWhatOpens(service: ServiceName, config: ServiceConfig): ServiceConfig {
    return this.#open(service, config, (found) => found)
  }

  #open(
    service: ServiceName,
    config: ServiceConfig,
    otherwise: (found: string, field: string, keyId: string) => string,
  ): ServiceConfig {
    if (this.sealedBy(config).size === 0) return config
    return mapValues(config, (value, { field }) =>
      replaceSealed(value, (found, id, payload) => {
        const key = this.keys.get(id)
        const opened = key && openValue(payload, key, placeOf(service, field))
        return opened ?? otherwise(found, field, id)
      }),
    )
  }

  #cannot({ name }: ServiceName, field: string, id: string): McpStoreError<ErrorCode> {
    const what = `service ${quoted(name)}: ${printable(field, 60)} is sealed with key ${id}`
    if (this.keys.get(id)) {
      return storeError('sealed', `${what}, but not for this place, or it was changed since`, {
        hint: 'Add the service again with the value itself.',
      })
    }
    const [why, hint] = this.keys.hasSecret
      ? [
          'and the secret here is another one',
          'Give the secret it was sealed with, if need be as a previous one,',
        ]
      : ['and this process has no secret', 'Give the secret of the dataspace']
    return storeError('sealed', `${what}, ${why}`, {
      hint: `${hint} in MCPSTORE_SECRET (setupStore({ secret })), or add the service again with the value itself.`,
    })
  }
}

/** What a sealed value is bound to, besides the dataspace, which its key is bound to. */
function placeOf(service: ServiceName, field: string): string {
  return JSON.stringify(['mcpstore sealed 1', serviceId(service), field])
}
