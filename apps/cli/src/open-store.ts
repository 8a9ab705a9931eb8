import type { Logger, Store } from '@mcpstore/core'
import type { Host } from './command.ts'
import { visibleText } from './output/terminal-text.ts'
import { withoutSecrets } from './secret.ts'
import type { Settings } from './settings.ts'

/** Opens the dataspace the settings name, in Redis or in the local file. The library is loaded here and nowhere else. */
export async function openStore(settings: Settings, host: Omit<Host, 'openStore'>): Promise<Store> {
  const { homeFolder, setupStore } = await import('@mcpstore/core')
  const { namespace, dataspace, home, redis, policy, secret, allowPrivateAddresses, pin, debug, timeoutMs } =
    settings
  return setupStore({
    ...(redis ? { redis } : { local: true }),
    ...(policy === undefined ? {} : { policy }),
    ...(pin === undefined ? {} : { pin }),
    allowPrivateAddresses,
    home: homeFolder({ home, env: host.env }),
    namespace,
    dataspace,
    cwd: host.cwd,
    env: withoutSecrets(host.env),
    ...(secret === undefined ? {} : { secret }),
    debug,
    logger: loggerFor(settings, host),
    refreshBehind: false,
    ...(timeoutMs === undefined ? {} : { connectTimeoutMs: timeoutMs, callTimeoutMs: timeoutMs }),
  })
}

/** Without `--debug` the library is silent: commands say themselves what its errors and its status tell. */
function loggerFor({ debug }: Settings, { err }: Pick<Host, 'err'>): Logger | false {
  const say = (line: string): void => err.write(`${visibleText(line)}\n`)
  return debug ? { debug: say, info: say, warn: say, error: say } : false
}
