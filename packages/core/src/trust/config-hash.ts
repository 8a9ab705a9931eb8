import { createHash } from 'node:crypto'
import { isObject } from '../config/problem.ts'
import type { ServiceConfig } from '../config/service-config.ts'

const known = new WeakMap<ServiceConfig, string>()

/** SHA-256, in hex, of a whole config as it is stored, placeholders unexpanded; the order of its fields is no matter. */
export function configHash(config: ServiceConfig): string {
  const before = known.get(config)
  if (before !== undefined) return before
  const hash = createHash('sha256').update(canonical(config)).digest('hex')
  // What is not frozen may still change.
  if (Object.isFrozen(config)) known.set(config, hash)
  return hash
}

/** The value as JSON in which fields stand in order of their names, and none is `undefined`. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (!isObject(value)) return JSON.stringify(value)
  const fields = Object.keys(value)
    .filter((name) => value[name] !== undefined)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`)
  return `{${fields.join(',')}}`
}
