import type { ServiceConfig } from '../config/service-config.ts'
import type { ConnectionTarget } from '../connections/index.ts'
import type { Service } from '../services/registry.ts'
import type { Gate } from './gate.ts'

/** What services are connected by: their configs as the gate gives them out. */
export class Targets {
  readonly #gate: Gate
  /** Made once for each config, as long as that has no placeholders: every call needs it. */
  readonly #known = new WeakMap<ServiceConfig, { trusted: ConnectionTarget; untrusted: ConnectionTarget }>()

  constructor(gate: Gate) {
    this.#gate = gate
  }

  /** Of a service that may be connected as of the last `admit` of it. @throws `untrusted`, `sealed`, `bad_config` */
  of(service: Service): ConnectionTarget {
    const config = this.#gate.expand(service)
    const targets = this.#known.get(config) ?? targetsOf(service, config)
    this.#known.set(config, targets)
    return this.#gate.isTrusted(service) ? targets.trusted : targets.untrusted
  }

  /** By what its connection is known, if it may have one. */
  keyIfAdmitted(service: Service): string | undefined {
    try {
      return service.config.disabled ? undefined : this.of(service).key
    } catch {
      return undefined
    }
  }
}

/** The key is of everything that matters for connecting. */
function targetsOf(
  { id, name, scope }: Service,
  config: ServiceConfig,
): { trusted: ConnectionTarget; untrusted: ConnectionTarget } {
  const key = JSON.stringify({ ...config, description: undefined })
  const own = { id, service: name, scope, config }
  return {
    trusted: { ...own, key: `trusted ${key}`, isStranger: false },
    untrusted: { ...own, key: `untrusted ${key}`, isStranger: true },
  }
}
