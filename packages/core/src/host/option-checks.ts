import { isObject } from '../config/problem.ts'
import { type Check, callback } from '../options/option-checks.ts'
import type { HostHandlers } from './handlers.ts'
import { logLevels, rootOf } from './host.ts'

/** What the handlers of a host must be. */
export const hostChecks: Record<keyof HostHandlers, Check> = {
  sampling: callback,
  elicitation: (value) => {
    if (typeof value === 'function') return undefined
    const { form, url, urlDone, ...more } = isObject(value) ? value : { more: value }
    const given = [form, url, urlDone].filter((one) => one !== undefined)
    const isRight = (form ?? url) !== undefined && given.every((one) => typeof one === 'function')
    if (isRight && Object.keys(more).length === 0 && (url || !urlDone)) return undefined
    return 'a function, or { form, url, urlDone } of functions, urlDone beside url only'
  },
  roots: (value) =>
    typeof value === 'function' || (Array.isArray(value) && value.every(isRoot))
      ? undefined
      : 'a list of absolute paths, file:// addresses or { uri, name }, or a function that answers one',
  logging: (value) => {
    if (typeof value === 'function') return undefined
    const { level, handler } = isObject(value) ? value : {}
    const known = logLevels.some((one) => one === level)
    return known && typeof handler === 'function'
      ? undefined
      : `a function, or { level, handler } with a level of ${logLevels.join(', ')}`
  },
}

function isRoot(root: unknown): boolean {
  const { uri } = typeof root === 'string' ? rootOf(root) : isObject(root) ? root : {}
  return typeof uri === 'string' && uri.startsWith('file://')
}
