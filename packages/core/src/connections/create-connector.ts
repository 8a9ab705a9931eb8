import type { AuthSource } from './auth-provider.ts'
import type { Connector } from './connector.ts'
import { withEnvFile } from './stdio/env-file.ts'

export interface ConnectorOptions {
  /** Told, in one line, what a server does wrong without harm. */
  warn?: ((line: string) => void) | undefined
  /** Who signs in to a remote service whose config has no credentials of its own. */
  auth?: AuthSource | undefined
}

/** The connector that really starts and reaches servers. Loads nothing before the first `connect`. */
export function createConnector({ warn = () => {}, auth }: ConnectorOptions = {}): Connector {
  return {
    async connect(service, config, options) {
      if (config.type === 'stdio') {
        const { connectStdio } = await import('./stdio/connect.ts')
        return connectStdio(service, await withEnvFile(service, config), options, warn)
      }
      const { connectRemote } = await import('./http/connect.ts')
      return connectRemote(service, config, options, { warn, auth })
    },
  }
}
