import { isObject, kindOf } from '../config/problem.ts'
import { LONGEST_TIMER_MS } from '../connections/deadline.ts'
import { storeError } from '../errors.ts'
import { didYouMean, nearest } from '../near.ts'
import { STATUS_WORDS } from '../services/service-info.ts'
import { clientProblem } from '../tokens/sign-in-client.ts'
import { globsProblem } from '../tools/tool-filter.ts'

/** What a value of an option must be, in words, if it is something else. */
export type Check = (value: unknown) => string | undefined

export const flag: Check = (value) => (typeof value === 'boolean' ? undefined : 'true or false')

export const text: Check = (value) =>
  typeof value === 'string' && value.trim() !== '' ? undefined : 'a text that is not empty'

export const texts: Check = (value) => {
  const isRight =
    isObject(value) && Object.values(value).every((one) => one === undefined || typeof one === 'string')
  return isRight ? undefined : 'an object of texts'
}

export const ms: Check = (value) =>
  Number.isSafeInteger(value) && (value as number) >= 0 ? undefined : 'a whole number of milliseconds'

const count: Check = (value) => (ms(value) ? 'a whole number, 0 or more' : undefined)

/** A moment, as `Date.now()` answers it. */
const moment: Check = (value) => (ms(value) ? 'whole milliseconds since 1970, as Date.now()' : undefined)

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

const statuses: Check = (value) => {
  const words = [value].flat()
  const known = words.length > 0 && words.every((word) => STATUS_WORDS.some((one) => one === word))
  return known ? undefined : `one of ${STATUS_WORDS.join(', ')}, or a list of them`
}

export const port: Check = (value) =>
  !ms(value) && (value as number) <= 65_535 ? undefined : 'a whole number up to 65535'

const object: Check = (value) => (isObject(value) ? undefined : 'an object')

const names: Check = (value) => {
  const list = [value].flat()
  return list.length > 0 && !list.some(text) ? undefined : 'a text that is not empty, or a list of such'
}

const ASK = { timeout: delay, signal }
const RENEW = { fresh: flag, ...ASK }
const LIST = { ...RENEW, maxAge: ms, offline: flag }

type Method =
  | 'addService'
  | 'exportFor'
  | 'findConfigs'
  | 'importDataspace'
  | 'assignService'
  | 'checkServices'
  | 'waitService'
  | 'connectService'
  | 'restartService'
  | 'trustService'
  | 'signIn'
  | 'diffTools'
  | 'acceptTools'
  | 'listTools'
  | 'serviceLogs'
  | 'findTool'
  | 'searchTools'
  | 'useTool'
  | 'listResources'
  | 'listResourceTemplates'
  | 'readResource'
  | 'listPrompts'
  | 'getPrompt'
  | 'complete'

const METHODS: Record<Method, Record<string, Check>> = {
  addService: { ifAbsent: flag, cwd: text, confirm: callback, offer: count },
  exportFor: { over: (value) => (typeof value === 'string' ? undefined : 'a text') },
  findConfigs: { from: names, cwd: text, machine: object },
  importDataspace: { replace: flag, includeUntrusted: flag },
  assignService: { allow: globsProblem, deny: globsProblem },
  checkServices: ASK,
  waitService: { status: statuses, ...ASK },
  connectService: ASK,
  restartService: ASK,
  trustService: { confirm: callback },
  signIn: { open: callback, client: clientProblem, callbackPort: port, ...ASK },
  diffTools: RENEW,
  acceptTools: RENEW,
  listTools: LIST,
  serviceLogs: { lines: count, since: moment, follow: flag, signal, onProblem: callback },
  findTool: LIST,
  searchTools: { service: text, limit: count },
  useTool: { ...ASK, totalTimeout: ms, onProgress: callback },
  listResources: ASK,
  listResourceTemplates: ASK,
  readResource: { service: text, ...ASK },
  listPrompts: ASK,
  getPrompt: ASK,
  complete: { context: object, ...ASK },
}

/** Checks the options of a method of a store or a context. @throws `usage` that names the option */
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
  return storeError('usage', `unknown option ${name}`, { hint: meant ? didYouMean([meant]) : known })
}
