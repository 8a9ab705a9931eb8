import { inspect } from 'node:util'
import { redactText, secretsIn } from '../config/redaction/secrets.ts'
import type { ServiceConfig } from '../config/service-config.ts'
import { asError } from '../errors.ts'

/** A text that came from a server, which may well print the secrets of its config, without them. */
export function redacted(text: string, config: ServiceConfig): string {
  return redactText(text, secretsIn(config))
}

/** What was caught, to be kept as a cause: as it is unless a secret shows in it, else only its redacted message and code. */
export function redactedCause(cause: unknown, config: ServiceConfig): unknown {
  if (secretsIn(config).length === 0) return cause
  const shown = inspect(cause, { depth: 10 })
  if (redacted(shown, config) === shown) return cause
  const { message } = asError(cause)
  const { code } = Object(cause) as { code?: unknown }
  return Object.assign(new Error(redacted(message, config)), code === undefined ? {} : { code })
}

/** Any JSON that came from a server, with the texts in it redacted. */
export function redactedData(data: unknown, config: ServiceConfig): unknown {
  if (typeof data === 'string') return redacted(data, config)
  if (Array.isArray(data)) return data.map((one) => redactedData(one, config))
  if (typeof data !== 'object' || data === null) return data
  return Object.fromEntries(
    Object.entries(data).map(([name, one]) => [redacted(name, config), redactedData(one, config)]),
  )
}
