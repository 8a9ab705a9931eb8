import type { DataspaceList, Logger, Store, StoreOptions } from '@mcpstore/core'
import type { Host } from '../command.ts'
import { withoutSecrets } from '../command-line/secret.ts'
import type { Settings } from '../command-line/settings.ts'
import { visibleText } from '../output/text/terminal-text.ts'
import { existingFolder } from '../process/existing-folder.ts'

type World = Pick<Host, 'cwd' | 'env' | 'err'>
type Core = typeof import('@mcpstore/core')

/** In ms. An impatient user's `--timeout` is how long he waits, and not how long connecting may usually take. */
const USUAL_CONNECT_MS = 30_000

/** Opens the dataspace the settings name, in Redis or in the local file. The library is loaded here and nowhere else. */
export async function openStore(settings: Settings, host: World): Promise<Store> {
  const core = await import('@mcpstore/core')
  return core.setupStore(storeOptions(core, settings, host))
}

/** The dataspaces of the namespace the settings name; opens none of them. */
export async function listDataspaces(settings: Settings, host: World): Promise<DataspaceList> {
  const core = await import('@mcpstore/core')
  return core.listDataspaces(storeOptions(core, settings, host))
}

function storeOptions({ homeFolder }: Core, settings: Settings, host: World): StoreOptions {
  const { namespace, dataspace, home, redis, policy, secret, allowPrivateAddresses, pin, debug, timeoutMs } =
    settings
  const onProblem = (problem: Error): void => void warnOfLogs(settings, host, problem)
  const onPinProblem = (problem: Error): void => void warnOfPins(settings, host, problem)
  return {
    ...(redis ? { redis } : { local: true }),
    ...(policy === undefined ? {} : { policy }),
    ...(pin === undefined ? {} : { pin }),
    onPinProblem,
    allowPrivateAddresses,
    home: existingFolder(homeFolder({ home, env: host.env, cwd: host.cwd })),
    namespace,
    dataspace,
    cwd: host.cwd,
    env: withoutSecrets(host.env),
    ...(secret === undefined ? {} : { secret }),
    debug,
    logger: loggerFor(settings, host),
    refreshBehind: false,
    serviceLogs: settings.serviceLogs && { onProblem },
    ...(timeoutMs === undefined
      ? {}
      : { connectTimeoutMs: Math.max(timeoutMs, USUAL_CONNECT_MS), callTimeoutMs: timeoutMs }),
  }
}

async function warnOfLogs(
  { json, quiet }: Settings,
  { err }: Pick<Host, 'err'>,
  problem: Error,
): Promise<void> {
  if (json || quiet) return
  const { writeWarning } = await import('../failures/failure.ts')
  const { code } = problem as NodeJS.ErrnoException
  const isForbidden = code === 'EACCES' || code === 'EPERM'
  const remedy = isForbidden
    ? 'It may not be written by you: see whose it is (ls -l), take it back'
    : 'Make room there'
  const hint = `${remedy}, or keep none of it: MCPSTORE_SERVICE_LOGS=0.`
  writeWarning(err, `what services say cannot be kept: ${problem.message}`, hint)
}

async function warnOfPins(
  { json, quiet }: Settings,
  { err }: Pick<Host, 'err'>,
  { message, hint }: Error & { hint?: string },
): Promise<void> {
  if (json || quiet) return
  const { writeWarning } = await import('../failures/failure.ts')
  writeWarning(err, message, hint)
}

/** Without `--debug` the library is silent: commands say themselves what its errors and its status tell. */
function loggerFor({ debug }: Settings, { err }: Pick<Host, 'err'>): Logger | false {
  const say = (line: string): void => err.write(`${visibleText(line)}\n`)
  return debug ? { debug: say, info: say, warn: say, error: say } : false
}
