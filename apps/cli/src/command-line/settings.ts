import type { PinMode, Policy } from '@mcpstore/core'
import { homeFolder } from '@mcpstore/core/home'
import { usageError } from '../failures/cli-error.ts'
import { parseDuration } from './duration.ts'
import type { OptionValues } from './options.ts'
import { type DataspaceSecret, secretOf } from './secret.ts'

/** What the options that every command takes come to. */
export interface Settings {
  namespace: string
  dataspace: string
  /** As `--home` says, absolute; `undefined` leaves it to the environment. */
  home: string | undefined
  /** Where Redis is, `undefined` for the local file. */
  redis: { url: string; password?: string } | undefined
  /** As `--policy` says; `undefined` leaves it the default. */
  policy: Policy | undefined
  /** Whether services that are not trusted may reach this machine and its networks. */
  allowPrivateAddresses: boolean
  /** As `--pin` says; `undefined` leaves it the default. */
  pin: PinMode | undefined
  /** Of the dataspace, from the environment alone. */
  secret: DataspaceSecret | undefined
  /** Whether what services say is kept for `logs`. */
  serviceLogs: boolean
  /** The command line itself: what fails says what to type next. */
  argv: readonly string[]
  json: boolean
  /** Whether only results and errors are wanted. */
  quiet: boolean
  debug: boolean
  /** As `--timeout` says; `undefined` leaves each step its default. */
  timeoutMs: number | undefined
}

/** Reads the options, then the environment. Throws `usage` for an empty name, `auto`, or an unusable time. */
export function readSettings(
  values: OptionValues,
  env: NodeJS.ProcessEnv,
  cwd: string,
): Omit<Settings, 'argv'> {
  const dataspace = nameOf('dataspace', values.dataspace, env['MCPSTORE_DATASPACE'])
  if (dataspace === 'auto') {
    throw usageError(
      'the dataspace "auto" is new for each run, so no later command could see it',
      'Give it a name: --dataspace NAME, or leave it out for "default".',
    )
  }
  if (values.home === '') throw usageError('--home is empty', 'Name a folder: --home DIR.')
  return {
    namespace: nameOf('namespace', values.namespace, env['MCPSTORE_NAMESPACE']),
    dataspace,
    home: values.home === undefined ? undefined : homeFolder({ home: values.home, env, cwd }),
    redis: redisOf(values.redis, env),
    policy: oneOf(policies, '--policy', values.policy, 'MCPSTORE_POLICY', env),
    allowPrivateAddresses:
      values['allow-private-addresses'] ?? isSet('MCPSTORE_ALLOW_PRIVATE_ADDRESSES', env),
    pin: oneOf(pinModes, '--pin', values.pin, 'MCPSTORE_PIN', env),
    secret: secretOf(env),
    serviceLogs: isSet('MCPSTORE_SERVICE_LOGS', env, true),
    json: values.json ?? false,
    quiet: values.quiet ?? false,
    debug: values.debug ?? false,
    timeoutMs: values.timeout === undefined ? undefined : parseDuration(values.timeout, '--timeout'),
  }
}

const policies: readonly Policy[] = ['fallback', 'strict', 'memory']
const pinModes: readonly PinMode[] = ['warn', 'block', 'off']

function redisOf(given: string | undefined, env: NodeJS.ProcessEnv): Settings['redis'] {
  if (given?.trim() === '') throw usageError('--redis is empty', 'Give a URL: --redis redis://HOST:PORT/DB.')
  const url = given ?? env['MCPSTORE_REDIS_URL']?.trim()
  const password = env['MCPSTORE_REDIS_PASSWORD']
  return url ? { url, ...(password ? { password } : {}) } : undefined
}

function oneOf<Word extends string>(
  words: readonly Word[],
  option: string,
  given: string | undefined,
  variable: string,
  env: NodeJS.ProcessEnv,
): Word | undefined {
  const name = given ?? (env[variable] || undefined)
  const word = words.find((one) => one === name)
  if (name !== undefined && !word) {
    const what = given === undefined ? variable : option
    throw usageError(
      `${what} must be one of ${words.join(', ')}`,
      given === undefined ? unset(variable) : undefined,
    )
  }
  return word
}

function unset(variable: string): string {
  return `Set it to one of these, or take it out of the environment: unset ${variable}`
}

function isSet(variable: string, env: NodeJS.ProcessEnv, otherwise = false): boolean {
  const value = env[variable]?.trim() ?? ''
  if (!['', '0', '1', 'false', 'true'].includes(value)) {
    throw usageError(`${variable} must be 1 or 0, not "${value}"`, unset(variable))
  }
  return value === '' ? otherwise : value === '1' || value === 'true'
}

function nameOf(
  option: 'namespace' | 'dataspace',
  given: string | undefined,
  fromEnv: string | undefined,
): string {
  if (given?.trim() === '') throw usageError(`--${option} is empty`, `Name it: --${option} NAME.`)
  return given ?? (fromEnv?.trim() ? fromEnv : 'default')
}
