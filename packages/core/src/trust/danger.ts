import { mayInjectCode } from '../config/code-variables.ts'
import { isPlain } from '../config/placeholders/placeholder-syntax.ts'
import { holdsSealed } from '../config/placeholders/sealed-syntax.ts'
import { printable } from '../config/problem.ts'
import type { ServiceConfig } from '../config/service-config.ts'

/** The fields of a remote service that can do no more than name an address. */
const HARMLESS = new Set(['type', 'url', 'headers', 'protocol', 'description', 'disabled'])

/**
 * What a stranger's config could do to whoever connects it, as the end of a sentence; `undefined` for a remote service
 * of which every character stands as it is sent. What is not known counts as dangerous.
 */
export function dangerOf(config: ServiceConfig): string | undefined {
  if (config.type === 'stdio') return 'it would start a program here'
  if (!isPlain(config)) {
    return holdsSealed(JSON.stringify(config))
      ? 'it holds sealed values, which would be opened here'
      : 'it holds placeholders, which would send values from here'
  }
  const strange = Object.keys(config).find((field) => !HARMLESS.has(field))
  return strange === undefined ? undefined : `it holds "${strange}"`
}

/**
 * What in a config that the host vouches for needs the approval of a user, who has seen it: a host that looks at commands
 * may well overlook what makes one run something else.
 */
export function smuggledIn(config: ServiceConfig): string | undefined {
  if (config.type !== 'stdio') return undefined
  if (config.envFile !== undefined) return 'it would hand its server a file of this machine ("envFile")'
  const variable = Object.entries(config.env ?? {}).find(([name, value]) => mayInjectCode(name, value))
  return variable && `its variable ${printable(variable[0], 60)} may make its command run other code`
}
