import { kindOf } from './config/problem.ts'
import { LONGEST_TIMER_MS } from './connections/deadline.ts'
import { storeError } from './errors.ts'
import { nearest } from './near.ts'

/** What a value of an option must be, in words, if it is something else. */
export type Check = (value: unknown) => string | undefined

export const flag: Check = (value) => (typeof value === 'boolean' ? undefined : 'true or false')

export const text: Check = (value) =>
  typeof value === 'string' && value.trim() !== '' ? undefined : 'a text that is not empty'

export const ms: Check = (value) =>
  Number.isSafeInteger(value) && (value as number) >= 0 ? undefined : 'a whole number of milliseconds'

/** What a timer waits for. */
export const delay: Check = (value) =>
  !ms(value) && (value as number) <= LONGEST_TIMER_MS
    ? undefined
    : `a whole number of milliseconds up to ${LONGEST_TIMER_MS}`

const signal: Check = (value) => {
  const { aborted, addEventListener } = Object(value) as Partial<AbortSignal>
  return typeof aborted === 'boolean' && typeof addEventListener === 'function' ? undefined : 'an AbortSignal'
}

export const callback: Check = (value) => (typeof value === 'function' ? undefined : 'a function')

type Method = 'addService' | 'waitService' | 'trustService' | 'listTools' | 'useTool'

const METHODS: Record<Method, Record<string, Check>> = {
  addService: { ifAbsent: flag, cwd: text },
  waitService: { timeout: delay },
  trustService: { confirm: callback },
  listTools: { fresh: flag, timeout: delay, signal },
  useTool: { timeout: delay, totalTimeout: ms, signal, onProgress: callback },
}

/** Checks the options of a method of the context. @throws `usage` that names the option */
export function checkMethodOptions(method: Method, options: unknown): void {
  checkOptions(method, options, METHODS[method])
}

/**
 * Checks options by their table; `undefined` is the same as left out.
 * @throws `usage` for what is no object, for an option that is not in the table, or one that cannot be.
 */
export function checkOptions(
  of: string,
  options: unknown,
  checks: Readonly<Record<string, Check>>,
): asserts options is object {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw storeError('usage', `the options of ${of} must be an object, not ${kindOf(options)}`)
  }
  for (const [name, value] of Object.entries(options)) {
    const check = Object.hasOwn(checks, name) ? checks[name] : undefined
    if (!check) throw unknownOption(of, name, checks)
    const wanted = value === undefined ? undefined : check(value)
    if (wanted !== undefined) throw storeError('usage', `option ${name} must be ${wanted}`)
  }
}

function unknownOption(of: string, name: string, checks: Readonly<Record<string, Check>>) {
  const [meant] = nearest(name, Object.keys(checks), 1)
  const known = `${of} takes ${Object.keys(checks).join(', ')}.`
  return storeError('usage', `unknown option ${name}`, { hint: meant ? `Did you mean ${meant}?` : known })
}
