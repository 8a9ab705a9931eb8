import type { ServiceConfig } from '../config/service-config.ts'
import { Host } from '../host/host.ts'
import type { LogKeeper } from '../logs/log-keeper.ts'
import type { AuthOption } from './auth-provider.ts'
import type { Connector } from './connector.ts'
import type { LookupAll, PrivateAddressOption } from './http/frontier.ts'
import { withEnvFile } from './stdio/env-file.ts'
import type { Surroundings } from './surroundings.ts'

export interface ConnectorOptions {
  /** Told, in one line, what a server does wrong without harm. */
  warn?: ((line: string) => void) | undefined
  /** Who signs in to a remote service whose config has no credentials of its own. */
  auth?: AuthOption | undefined
  /** Who answers what servers ask. Default: nobody. */
  host?: Host | undefined
  /** Which addresses of this machine and its networks a service may reach that nobody here approved. Default: none. */
  allowPrivateAddresses?: PrivateAddressOption | undefined
  /** Where host names of such services are looked up. Default: by the system. */
  lookup?: LookupAll | undefined
  /** Keeps what servers say. Default: nobody does. */
  logs?: LogKeeper | undefined
}

/** The connector that really starts and reaches servers. Loads nothing before the first `connect`. */
export function createConnector({
  warn = () => {},
  auth,
  host = new Host({}, { warn }),
  allowPrivateAddresses: allow,
  lookup,
  logs,
}: ConnectorOptions = {}): Connector {
  return {
    async connect(service, config, options) {
      const { isStranger, scope = 'store' } = options
      const around = (expanded: ServiceConfig): Surroundings => {
        const log = logs?.of(service, scope, expanded)
        return { warn, host: isStranger ? host.forStrangers() : host, scope, log }
      }
      if (config.type === 'stdio') {
        const { connectStdio } = await import('./stdio/connect.ts')
        const whole = await withEnvFile(service, config)
        return connectStdio(service, whole, options, around(whole))
      }
      const [{ connectRemote }, { Frontier }] = await Promise.all([
        import('./http/connect.ts'),
        import('./http/frontier.ts'),
      ])
      // The host's tokens go to no service that nobody here approved: somebody else wrote down where it is.
      const bounds = isStranger
        ? { auth: undefined, frontier: new Frontier({ allow, lookup }) }
        : { auth, frontier: undefined }
      return connectRemote(service, config, options, { ...around(config), ...bounds })
    },
  }
}
