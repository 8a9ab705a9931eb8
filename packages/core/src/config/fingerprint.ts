import { createHash, createHmac } from 'node:crypto'
import type { ServiceConfig } from './service-config.ts'

/**
 * A hash, in hex, of what matters for connecting: the same for two configs that differ in description, in being
 * disabled, or in the order of their fields. Values of env and headers and a URL that may hold credentials go in
 * through an HMAC with `key`, which is no secret: it only keeps equal values in different dataspaces from equal hashes.
 */
export function fingerprint(config: ServiceConfig, key: string | Uint8Array): string {
  const sealed = (field: string, value: string): string =>
    createHmac('sha256', key)
      .update(JSON.stringify([field, value]))
      .digest('hex')
  const record = (kind: string, values: Record<string, string> = {}): [string, string][] =>
    Object.entries(values)
      .map(([name, value]): [string, string] => [name, sealed(`${kind}.${name}`, value)])
      .sort(([a], [b]) => (a < b ? -1 : 1))
  const facts =
    config.type === 'stdio'
      ? [
          config.command,
          config.args ?? [],
          record('env', config.env),
          config.cwd ?? null,
          ...own(config.envFile),
        ]
      : [
          /[@?#]/.test(config.url) ? sealed('url', config.url) : config.url,
          record('headers', lowerCaseNames(config.headers)),
        ]
  return createHash('sha256')
    .update(JSON.stringify([config.type, ...facts, ...(config.protocol ? [config.protocol] : [])]))
    .digest('hex')
}

/** A field that is left out leaves the hash as it was before there was such a field. */
function own(value: string | undefined): string[] {
  return value === undefined ? [] : [value]
}

function lowerCaseNames(headers: Record<string, string> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}
