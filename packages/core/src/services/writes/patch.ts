import { isBlank, spellings } from '../../config/field-spellings.ts'
import { isObject } from '../../config/problem.ts'
import type { ServiceConfig } from '../../config/service-config.ts'

/** What only one kind of service has, and a patch that makes it one of the other kind need not take away. */
const ONLY_OF: Record<'command' | 'url', readonly string[]> = {
  command: ['command', 'args', 'env', 'envFile', 'cwd', 'type', 'protocol'],
  url: ['url', 'headers', 'type', 'protocol'],
}

/**
 * The config with a JSON merge patch (RFC 7396) applied: objects are merged, `null` removes. A field of the patch
 * replaces the stored one whichever way it is spelled, and a `url` takes the place of a command, or the other way round.
 */
export function patchConfig(config: ServiceConfig, patch: unknown): unknown {
  if (!isObject(patch)) return patch
  const stored = new Map<string, unknown>(Object.entries(config))
  const named = Object.entries(patch).map(([field, value]) => ({
    field,
    value,
    target: spellings.get(field)?.target ?? field,
  }))
  const [own, other] = config.type === 'stdio' ? (['command', 'url'] as const) : (['url', 'command'] as const)
  const becomesOther = named.some(({ target, value }) => target === other && !isBlank(value))
  if (becomesOther) for (const field of ONLY_OF[own]) stored.delete(field)
  for (const { field, target } of named) {
    if (field === target || !stored.has(target)) continue
    stored.set(field, stored.get(target))
    stored.delete(target)
  }
  return mergePatch(Object.fromEntries(stored), patch)
}

function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch
  const merged = new Map(Object.entries(isObject(target) ? target : {}))
  for (const [field, value] of Object.entries(patch)) {
    if (value === null) merged.delete(field)
    else merged.set(field, mergePatch(merged.get(field), value))
  }
  return Object.fromEntries(merged)
}
