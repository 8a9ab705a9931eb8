import { mapValues, type ValuePlace, valuesOf } from '../config-values.ts'
import { configError } from '../problem.ts'
import type { ServiceConfig } from '../service-config.ts'
import { configToApprove, HIDDEN, redactConfig } from './redact.ts'
import { authScheme, hideInText } from './secret-parts.ts'

/** A config that may have been read where secrets are not shown, with the values in it that were not shown there. */
interface Filled {
  config: ServiceConfig
  /** Where `***` still stands in place of something that is not known. */
  unknown: string[]
}

/**
 * The config of the service `name` with what is stored where it reads as that is shown.
 * @throws `bad_config` for `***` that stands for nothing known
 */
export function filledIn(
  name: string,
  given: ServiceConfig,
  stored: ServiceConfig | undefined,
): ServiceConfig {
  const { config, unknown } = fillHidden(given, stored)
  if (unknown.length === 0) return config
  throw configError(
    name,
    unknown.map((field) => ({
      field,
      message: `${field}: *** stands for a value that is not shown, and none that is kept for it reads so`,
      hint: 'Write the value itself, or a placeholder (${VAR}). What is to stay must read exactly as it is shown, and go to the same host, or be for the same command and arguments.',
    })),
  )
}

/**
 * Puts what is stored where the config reads as that is shown: `***` in place of a secret means that it stays. Only a whole
 * field is kept, only one that was not edited around its `***`, and none for another address or program than it was stored for.
 */
export function fillHidden(given: ServiceConfig, stored: ServiceConfig | undefined): Filled {
  const known = stored ? keptOf(stored) : new Map<string, Kept>()
  const kept = stored && leadsTo(stored, given, known) ? known : new Map<string, Kept>()
  const unknown: string[] = []
  const config = mapValues(given, (value, place) => {
    if (!value.includes(HIDDEN)) return value
    const before = kept.get(place.field)
    if (before?.shown.includes(value)) return before.value
    if (isHidden(value, place)) unknown.push(place.field)
    return value
  })
  return { config, unknown }
}

/** A stored value, and what is shown of it. */
interface Kept {
  value: string
  shown: string[]
}

function keptOf(stored: ServiceConfig): Map<string, Kept> {
  const shown = [redactConfig(stored), configToApprove(stored)].map(valuesOf)
  return new Map(
    [...valuesOf(stored)].map(([field, value]) => [
      field,
      { value, shown: shown.map((values) => values.get(field)!) },
    ]),
  )
}

/** Whether what is given goes where the stored one does: to the same host, or into the same program with the same arguments. */
function leadsTo(stored: ServiceConfig, given: ServiceConfig, kept: ReadonlyMap<string, Kept>): boolean {
  const isKept = (field: string, value: string): boolean => {
    const before = kept.get(field)
    return before !== undefined && [before.value, ...before.shown].includes(value)
  }
  if (stored.type === 'stdio' || given.type === 'stdio') {
    if (stored.type !== 'stdio' || given.type !== 'stdio') return false
    const { command, args = [] } = given
    const isSame = isKept('command', command) && args.length === (stored.args ?? []).length
    return isSame && args.every((arg, at) => isKept(`args[${at}]`, arg))
  }
  return isKept('url', given.url) || originOf(stored.url) === originOf(given.url)
}

function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : url
}

/** Whether `***` stands anywhere in the config. */
export function holdsHidden(config: ServiceConfig): boolean {
  return [...valuesOf(config).values()].some((value) => value.includes(HIDDEN))
}

const hiddenDefault = `:-${HIDDEN}}`

/** Whether `***` stands where a secret is not shown, and is no pattern or line of stars. */
function isHidden(value: string, { kind }: ValuePlace): boolean {
  if (kind === 'url' || value.replace(authScheme, '') === HIDDEN || value.includes(hiddenDefault)) return true
  let found = false
  hideInText(value, (secret) => {
    found ||= secret.replace(authScheme, '') === HIDDEN
    return secret
  })
  return found
}
