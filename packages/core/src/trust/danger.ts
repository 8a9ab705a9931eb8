import type { ServiceConfig } from '../config/service-config.ts'

/** The fields of a remote service that can do no more than name an address. */
const HARMLESS = new Set(['type', 'url', 'headers', 'protocol', 'description', 'disabled'])

/**
 * What a stranger's config could do to whoever connects it, as the end of a sentence; `undefined` for a remote service
 * of which every character stands as it is sent. What is not known counts as dangerous.
 */
export function dangerOf(config: ServiceConfig): string | undefined {
  if (config.type === 'stdio') return 'it would start a program here'
  if (JSON.stringify(config).includes('${')) return 'it holds placeholders, which would send values from here'
  const strange = Object.keys(config).find((field) => !HARMLESS.has(field))
  return strange === undefined ? undefined : `it holds "${strange}"`
}
