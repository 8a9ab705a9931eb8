import { hostChecks } from '../host/option-checks.ts'
import type { PinMode } from '../pins/tool-changes.ts'
import { secretCheck } from '../secrets/secret-option.ts'
import { type Check, callback, delay, flag, ms, text, texts } from './option-checks.ts'
import type { Policy, StoreOptions } from './store-options.ts'

const POLICIES: readonly Policy[] = ['fallback', 'strict', 'memory']

const unfit = /^\s*$|[\p{Cc}\p{Cs}]/u
/** Most of them, found out without the properties of characters. */
const plain = /^[!-~]+$/

const PIN_MODES: readonly PinMode[] = ['warn', 'block', 'off']

/** What the options of a store must be. */
export const storeChecks: Record<keyof StoreOptions, Check> = {
  local: (value) => (flag(value) && text(value) ? 'true, false or the path of a file' : undefined),
  redis: () => undefined,
  policy: (value) =>
    POLICIES.some((policy) => policy === value) ? undefined : `one of ${POLICIES.join(', ')}`,
  mirror: flag,
  home: text,
  namespace: segment,
  dataspace: segment,
  logger: (value) =>
    value === false || isLogger(value) ? undefined : 'false or { debug, info, warn, error }',
  debug: flag,
  cwd: text,
  env: texts,
  connectTimeoutMs: delay,
  callTimeoutMs: delay,
  idleTimeoutMs: delay,
  pingIntervalMs: delay,
  callTotalTimeoutMs: ms,
  maxCallsPerService: (value) =>
    Number.isSafeInteger(value) && (value as number) > 0 ? undefined : 'a whole number from 1',
  toolTtlMs: ms,
  refreshBehind: flag,
  trust: (value) =>
    value === 'dataspace' || typeof value === 'function' ? undefined : "'dataspace' or a function",
  secret: secretCheck,
  auth: callback,
  allowPrivateAddresses: (value) =>
    typeof value === 'function' || flag(value) === undefined ? undefined : 'true, false or a function',
  pin: (value) => (PIN_MODES.some((mode) => mode === value) ? undefined : `one of ${PIN_MODES.join(', ')}`),
  onPinProblem: callback,
  socketTimeoutMs: delay,
  serviceLogs: (value) =>
    flag(value) && typeof Object(value).onProblem !== 'function'
      ? 'true, false or { onProblem } with a function'
      : undefined,
  ...hostChecks,
}

function segment(value: unknown): string | undefined {
  const fits = typeof value === 'string' && value.length <= 128 && (plain.test(value) || !unfit.test(value))
  return fits ? undefined : 'a text of 1 to 128 characters without control characters'
}

function isLogger(value: unknown): boolean {
  const logger = value as Record<string, unknown> | null
  return (
    typeof value === 'object' &&
    ['debug', 'info', 'warn', 'error'].every((name) => typeof logger?.[name] === 'function')
  )
}
