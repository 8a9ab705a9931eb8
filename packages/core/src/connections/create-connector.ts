import { Host } from '../host/host.ts'
import type { AuthSource } from './auth-provider.ts'
import type { Connector } from './connector.ts'
import type { LookupAll, PrivateAddressOption } from './http/frontier.ts'
import { withEnvFile } from './stdio/env-file.ts'

export interface ConnectorOptions {
  /** Told, in one line, what a server does wrong without harm. */
  warn?: ((line: string) => void) | undefined
  /** Who signs in to a remote service whose config has no credentials of its own. */
  auth?: AuthSource | undefined
  /** Who answers what servers ask. Default: nobody. */
  host?: Host | undefined
  /** Which addresses of this machine and its networks a service may reach that nobody here approved. Default: none. */
  allowPrivateAddresses?: PrivateAddressOption | undefined
  /** Where host names of such services are looked up. Default: by the system. */
  lookup?: LookupAll | undefined
}

/** The connector that really starts and reaches servers. Loads nothing before the first `connect`. */
export function createConnector({
  warn = () => {},
  auth,
  host = new Host({}, { warn }),
  allowPrivateAddresses: allow,
  lookup,
}: ConnectorOptions = {}): Connector {
  return {
    async connect(service, config, options) {
      const surroundings = { warn, host: options.isStranger ? host.forStrangers() : host }
      if (config.type === 'stdio') {
        const { connectStdio } = await import('./stdio/connect.ts')
        return connectStdio(service, await withEnvFile(service, config), options, surroundings)
      }
      const [{ connectRemote }, { Frontier }] = await Promise.all([
        import('./http/connect.ts'),
        import('./http/frontier.ts'),
      ])
      const frontier = options.isStranger ? new Frontier({ allow, lookup }) : undefined
      return connectRemote(service, config, options, { ...surroundings, auth, frontier })
    },
  }
}
