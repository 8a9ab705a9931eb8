import { Host } from '../host/host.ts'
import type { AuthSource } from './auth-provider.ts'
import type { Connector } from './connector.ts'
import { withEnvFile } from './stdio/env-file.ts'

export interface ConnectorOptions {
  /** Told, in one line, what a server does wrong without harm. */
  warn?: ((line: string) => void) | undefined
  /** Who signs in to a remote service whose config has no credentials of its own. */
  auth?: AuthSource | undefined
  /** Who answers what servers ask. Default: nobody. */
  host?: Host | undefined
}

/** The connector that really starts and reaches servers. Loads nothing before the first `connect`. */
export function createConnector({
  warn = () => {},
  auth,
  host = new Host({}, { warn }),
}: ConnectorOptions = {}): Connector {
  return {
    async connect(service, config, options) {
      const surroundings = { warn, host: options.isStranger ? host.forStrangers() : host }
      if (config.type === 'stdio') {
        const { connectStdio } = await import('./stdio/connect.ts')
        return connectStdio(service, await withEnvFile(service, config), options, surroundings)
      }
      const { connectRemote } = await import('./http/connect.ts')
      return connectRemote(service, config, options, { ...surroundings, auth })
    },
  }
}
