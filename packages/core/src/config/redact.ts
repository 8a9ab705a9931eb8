import { mapValues } from './config-values.ts'
import { type Placeholder, replacePlaceholders } from './placeholder-syntax.ts'
import { authScheme, type Hide, hideInArgs, hideInText, hideInUrl } from './secret-parts.ts'
import type { ServiceConfig } from './service-config.ts'

const HIDDEN = '***'

/**
 * The config as it may be shown and logged: literal values of `env` and `headers`, credentials in URLs, and arguments
 * that look secret read `***`. What consists of placeholders only, with an auth scheme before it or not, stays as it
 * was written, but for its defaults.
 */
export function redactConfig(config: ServiceConfig): ServiceConfig {
  const masks = maskPlaceholders()
  const hide: Hide = (secret) => {
    if (secret === '') return ''
    const word = authScheme.exec(secret)?.[0] ?? ''
    const rest = secret.slice(word.length)
    return masks.coverAll(rest) ? word + masks.unmask(rest, () => HIDDEN) : HIDDEN
  }
  const masked = mapValues(config, (value) => masks.mask(value))
  const hidden = mapValues(masked, (value, { kind, name }) => {
    if (kind === 'url') return hideInUrl(value, hide)
    if (kind === 'command') return hideInText(value, hide)
    return kind === 'args' ? value : hide(value, name)
  })
  const args = hidden.type === 'stdio' && hidden.args ? { args: hideInArgs(hidden.args, hide) } : {}
  const showDefault = (fallback: string): string => hideInText(fallback, () => HIDDEN)
  return mapValues({ ...hidden, ...args }, (value) => masks.unmask(value, showDefault))
}

/** Lets placeholders pass through as `${0}`, `${1}` …, which no placeholder can look like, so that none is torn apart. */
function maskPlaceholders(): {
  mask(text: string): string
  coverAll(masked: string): boolean
  unmask(masked: string, showDefault: (fallback: string) => string): string
} {
  const known: Placeholder[] = []
  return {
    mask: (text) => replacePlaceholders(text, (placeholder) => `\${${known.push(placeholder) - 1}}`),
    coverAll: (masked) => /^(?:\$\{\d+\})+$/.test(masked),
    unmask: (masked, showDefault) =>
      masked.replace(/\$\{(\d+)\}/g, (match, index: string) => {
        const placeholder = known[Number(index)]
        if (placeholder === undefined) return match
        const { variable, fallback } = placeholder
        if (fallback === undefined) return `\${${variable}}`
        return `\${${variable}:-${fallback === '' ? '' : showDefault(fallback)}}`
      }),
  }
}
