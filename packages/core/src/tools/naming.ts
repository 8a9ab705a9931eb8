import { createHash } from 'node:crypto'

const LONGEST = 64
const HASH_LENGTH = 8

/**
 * The name of a tool for model APIs, at most 64 characters of `[A-Za-z0-9_-]`. It is `service__tool` where that says
 * all; otherwise it ends in a hash of both names, so that different tools have different names in every process.
 */
export function exportNameOf(service: string, tool: string): string {
  const plain = `${service}__${tool}`
  const splitsBack = !service.includes('__') && !service.endsWith('_') && !tool.startsWith('_')
  if (splitsBack && plain.length <= LONGEST && /^[A-Za-z0-9_-]+$/.test(plain)) return plain
  const hash = createHash('sha256')
    .update(JSON.stringify([service, tool]))
    .digest('hex')
    .slice(0, HASH_LENGTH)
  return `${readable(plain)}-${hash}`
}

/** Whether a tool of this service, whichever those are, may go by this export name. */
export function mayExport(service: string, exportName: string): boolean {
  return exportName.startsWith(readable(`${service}__`))
}

function readable(name: string): string {
  return name.replace(/[^A-Za-z0-9_-]+/g, '_').slice(0, LONGEST - HASH_LENGTH - 1)
}
