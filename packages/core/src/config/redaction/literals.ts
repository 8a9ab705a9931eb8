import { mayInjectCode } from '../code-variables.ts'
import { mapValues } from '../config-values.ts'
import { replacePlaceholders } from '../placeholders/placeholder-syntax.ts'
import { holdsSealed } from '../placeholders/sealed-syntax.ts'
import type { ServiceConfig } from '../service-config.ts'
import { placeholderStandIns } from './placeholder-stand-ins.ts'
import { authScheme, hideInArgs, hideInUrl } from './secret-parts.ts'
import { secretsIn } from './secrets.ts'

/**
 * The config with `replace` applied to what it holds of secrets as they are: the literal values of `env` and `headers`, and
 * credentials in the URL. What consists of placeholders, also after an auth scheme, is none, and neither is what has code
 * loaded (`NODE_OPTIONS`), which whoever approves the config has to see. `field` is where it stands, `url` for any part of one.
 */
export function mapLiterals(
  config: ServiceConfig,
  replace: (literal: string, field: string) => string,
): ServiceConfig {
  return mapValues(config, (value, { kind, field, name }) => {
    if (kind === 'url') return mapUrl(value, (part) => replace(part, field))
    if (kind !== 'env' && kind !== 'headers') return value
    if (kind === 'env' && mayInjectCode(name, value)) return value
    return isLiteral(value) ? replace(value, field) : value
  })
}

/** Where secrets stand as they are, as far as names and looks tell: `stored` is to be sealed, `shown` nothing can hide. */
export function plainSecrets(config: ServiceConfig): { stored: string[]; shown: string[] } {
  const stored = new Set<string>()
  mapLiterals(config, (literal, field) => {
    if (field === 'url' || looksLikeOne(field, literal)) stored.add(field)
    return literal
  })
  const shown: string[] = []
  if (config.type === 'stdio' && config.args) {
    const standIns = placeholderStandIns()
    const args = config.args.map((arg) => standIns.putIn(arg))
    // Each stands for itself, so that what was hidden can be told by its place.
    const hidden = hideInArgs(args, (secret) =>
      standIns.coverAll(secret.replace(authScheme, '')) ? secret : '\0',
    )
    for (const [at, arg] of hidden.entries()) if (arg !== args[at]) shown.push(`args[${at}]`)
  }
  return { stored: [...stored], shown }
}

/** Whether a value of this field is more than a setting. */
function looksLikeOne(field: string, value: string): boolean {
  const [kind, ...name] = field.split('.')
  const own = { [name.join('.')]: value }
  const alone: ServiceConfig =
    kind === 'env'
      ? { type: 'stdio', command: 'x', env: own }
      : { type: 'http', url: 'http://x', headers: own }
  return secretsIn(alone).length > 0
}

function mapUrl(url: string, replace: (part: string) => string): string {
  const standIns = placeholderStandIns()
  const mapped = hideInUrl(standIns.putIn(url), (text) => {
    const part = standIns.takeOut(text)
    return isLiteral(part) ? replace(part) : text
  })
  return standIns.takeOut(mapped)
}

function isLiteral(value: string): boolean {
  if (holdsSealed(value)) return false
  const rest = value.replace(authScheme, '')
  return replacePlaceholders(rest, ({ fallback }) => fallback ?? '') !== ''
}
