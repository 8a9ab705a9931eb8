import { mayInjectCode } from '../code-variables.ts'
import { mapValues, type ValuePlace } from '../config-values.ts'
import { replaceSealed } from '../placeholders/sealed-syntax.ts'
import type { ServiceConfig } from '../service-config.ts'
import { placeholderStandIns } from './placeholder-stand-ins.ts'
import { authScheme, type Hide, hideInArgs, hideInText, hideInUrl } from './secret-parts.ts'
import { isSecretName } from './secret-shapes.ts'

/** Stands for what is not shown. */
export const HIDDEN = '***'

/**
 * The config as it may be shown and logged: literal values of `env` and `headers`, credentials in URLs, and arguments
 * that look secret read `***`. What consists of placeholders only, with an auth scheme before it or not, stays as it
 * was written, but for its defaults.
 */
export function redactConfig(config: ServiceConfig): ServiceConfig {
  return redact(config, { mayHide: () => true, hidePair: (value, { name }, hide) => hide(value, name) })
}

/** What no shell and no interpreter takes for more than one word, and is no path. */
const plainToken = /^(?![/.~])[\w.+/=~:@%-]+$/

/**
 * The config as it is shown to whoever is to say whether it may be run. Variables and headers are shown with their values;
 * `***` stands only for plain tokens that look secret or go by a secret's name, never for what could be a program, and
 * nothing is hidden of a variable that has code loaded.
 */
export function configToApprove(config: ServiceConfig): ServiceConfig {
  const shown = redact(config, {
    mayHide: (secret) => plainToken.test(secret),
    hidePair: (value, { name }, hide) => (isSecretName(name) ? hide(value, name) : hideInText(value, hide)),
  })
  const asWritten = config.type === 'stdio' ? (config.env ?? {}) : {}
  return mapValues(shown, (value, { kind, name }) =>
    kind === 'env' && mayInjectCode(name, asWritten[name]!) ? asWritten[name]! : value,
  )
}

interface Manner {
  /** Whether this may read `***`. */
  mayHide(secret: string): boolean
  /** The value of a variable or header as it is shown. */
  hidePair(value: string, place: ValuePlace, hide: Hide): string
}

function redact(config: ServiceConfig, { mayHide, hidePair }: Manner): ServiceConfig {
  const standIns = placeholderStandIns()
  const hide: Hide = (secret) => {
    if (secret === '') return ''
    const word = authScheme.exec(secret)?.[0] ?? ''
    const rest = secret.slice(word.length)
    if (standIns.coverAll(rest)) return word + standIns.takeOut(rest, (fallback) => hideDefault(fallback, ''))
    return mayHide(rest) ? HIDDEN : secret
  }
  const hideDefault: Hide = (secret) => (mayHide(secret) ? HIDDEN : secret)
  const showDefault = (fallback: string): string => hideInText(fallback, hideDefault)
  // What is sealed is a secret, whatever it is called.
  const opaque = mapValues(config, (value) => replaceSealed(value, () => HIDDEN))
  const guarded = mapValues(opaque, (value) => standIns.putIn(value))
  const hidden = mapValues(guarded, (value, place) => {
    if (place.kind === 'url') return hideInUrl(value, hide)
    if (place.kind === 'command') return hideInText(value, hide)
    return place.kind === 'args' ? value : hidePair(value, place, hide)
  })
  const args = hidden.type === 'stdio' && hidden.args ? { args: hideInArgs(hidden.args, hide) } : {}
  return mapValues({ ...hidden, ...args }, (value) => standIns.takeOut(value, showDefault))
}
