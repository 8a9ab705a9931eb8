import type { Logger } from '@mcpstore/storage'
import type { AuthOption } from '../connections/auth-provider.ts'
import type { PrivateAddressOption } from '../connections/http/frontier.ts'
import type { HostHandlers } from '../host/handlers.ts'
import type { PinMode } from '../pins/tool-changes.ts'
import type { SecretOption, Secrets } from '../secrets/secret-option.ts'
import type { TrustOption } from '../trust/hosts-word.ts'
import type { RedisOptions, RedisSettings } from './redis-options.ts'

export type Policy = 'fallback' | 'strict' | 'memory'

export interface StoreOptions extends HostHandlers {
  /** Keep the dataspace in a local file: `true` for the usual place below `home`, or the path of one of its own. */
  local?: boolean | string | undefined
  /** Keep the dataspace in Redis, where other machines share it: a URL, or an object that says more. */
  redis?: string | RedisOptions | undefined
  /**
   * What happens while Redis does not take writes. `fallback`, the default: they are kept and sent later. `strict`: they
   * fail, and so does `setupStore`. `memory`: Redis is not contacted at all; for incidents and tests.
   */
  policy?: Policy | undefined
  /**
   * Whether what Redis has not taken is kept in a file below `home`, for as long as it takes. Default: `true` for a
   * dataspace that has a name and the policy `fallback`.
   */
  mirror?: boolean | undefined
  /** Where mcpstore keeps its files. Default: see `homeFolder`. */
  home?: string | undefined
  /** Isolates applications. Default: `default`. */
  namespace?: string | undefined
  /** Isolates workspaces. `auto` is a new one for each run, the default without `local`; with it `default` is. */
  dataspace?: string | undefined
  /** Where the library speaks. Default: warnings and errors, one line each, on stderr. `false` is silent. */
  logger?: Logger | false | undefined
  /** Adds every storage operation to the log: command, keys, ms, outcome; never values. */
  debug?: boolean | undefined
  /** Where relative paths start and services run that name no folder. Default: the process's. */
  cwd?: string | undefined
  /** What placeholders in configs are expanded from. Default: the process's environment. */
  env?: Record<string, string | undefined> | undefined
  /** How long connecting to a service may take, in ms. Default: 30,000. */
  connectTimeoutMs?: number | undefined
  /** How long a call waits for its answer, in ms. Default: 60,000. */
  callTimeoutMs?: number | undefined
  /** How long an unused connection stays open, in ms. Default: 300,000. */
  idleTimeoutMs?: number | undefined
  /** How often an open connection that nobody uses is asked whether it is still there, in ms; 0 is never. Default: 60,000. */
  pingIntervalMs?: number | undefined
  /** How long a call may take in all, in ms, whatever progress its server tells. Default: 3,600,000. */
  callTotalTimeoutMs?: number | undefined
  /** How many calls one service may have under way at a time; more wait their turn. Default: no limit. */
  maxCallsPerService?: number | undefined
  /** How long a tool list is fresh that does not say so itself, in ms. Default: 300,000. */
  toolTtlMs?: number | undefined
  /** Whether a stale tool list that was served is renewed in the background. Default: `true`. */
  refreshBehind?: boolean | undefined
  /**
   * Which services of a dataspace that others can write to may be started and connected, besides those that were
   * approved here: all of it, or what a function answers `true` to; it is asked once for each config.
   */
  trust?: TrustOption | undefined
  /**
   * Shared by those who may write the dataspace: what they add is signed with it, so that the others trust it, and its literal
   * secrets are sealed. With `previous` ones what they signed and sealed stays good.
   */
  secret?: SecretOption | undefined
  /**
   * Who signs in to a remote service: a provider of tokens for it, or `undefined` for nobody. Asked when it is connected, and
   * only where it is trusted and its config has no `Authorization` of its own.
   */
  auth?: AuthOption | undefined
  /**
   * Which addresses of this machine, its networks and its cloud a remote service may reach that nobody here approved or
   * vouched for: all, or those that a function answers `true` to. Default: none.
   */
  allowPrivateAddresses?: PrivateAddressOption | undefined
  /**
   * What becomes of tools that are others than when this user first used their service. `warn`, the default: it is said.
   * `block`: calls of them are refused, too. `off`: nothing is kept or compared.
   */
  pin?: PinMode | undefined
  /** Told once of each reason why pins cannot be read or kept; default: a warning in the log. */
  onPinProblem?: ((problem: Error) => void) | undefined
  /** How long the first write waits for a storage that does not answer, in ms. Default: 2,000. */
  socketTimeoutMs?: number | undefined
  /**
   * Whether what services say (stderr, log messages) is kept below `home`, at most 2 MiB of each, for `mcpstore logs` and
   * `serviceLogs`; of a dataspace that has a name and a usual place. Why it cannot be is told once: to `onProblem`, or as a
   * warning. Default: `false`.
   */
  serviceLogs?: ServiceLogsOption | undefined
}

export type ServiceLogsOption = boolean | { onProblem(problem: Error): void }

/** The options with every default in place. */
export interface ResolvedOptions {
  local: boolean | string
  redis: RedisSettings | undefined
  policy: Policy
  mirror: boolean
  home: string | undefined
  namespace: string
  dataspace: string
  logger: Logger | false | undefined
  debug: boolean
  cwd: string
  env: Record<string, string | undefined>
  connectTimeoutMs: number
  callTimeoutMs: number
  idleTimeoutMs: number
  pingIntervalMs: number
  callTotalTimeoutMs: number
  maxCallsPerService: number | undefined
  toolTtlMs: number
  refreshBehind: boolean
  trust: TrustOption | undefined
  secrets: Secrets
  auth: AuthOption | undefined
  allowPrivateAddresses: PrivateAddressOption
  pin: PinMode
  onPinProblem: StoreOptions['onPinProblem']
  socketTimeoutMs: number
  serviceLogs: ServiceLogsOption
  host: HostHandlers
}
