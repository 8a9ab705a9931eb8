import type { StdioConfig } from '../../config/service-config.ts'
import { asError } from '../../errors.ts'
import type { Connection, RequestOptions } from '../connector.ts'
import { Deadline } from '../deadline.ts'
import { connectError, shakeHands } from '../handshake.ts'
import { verdictError } from '../verdict.ts'
import { StdioLink } from './link.ts'
import { startFailure } from './start-failure.ts'
import { StdioTransport } from './transport.ts'

/**
 * Starts a server and shakes hands with it. Throws as `Connector.connect` does; whatever was started is gone by then.
 */
export async function connectStdio(
  service: string,
  config: StdioConfig,
  options: RequestOptions,
  warn: (line: string) => void,
): Promise<Connection> {
  const deadline = new Deadline(options)
  try {
    const tooLate = deadline.failure(`the connection to service "${service}"`)
    if (tooLate) throw tooLate
    const link = start(service, config)
    try {
      return await shakeHands({ service, config, link, deadline, warn })
    } catch (error) {
      await link.close()
      throw await connectError({ service, config, link, deadline }, error)
    }
  } finally {
    deadline.clear()
  }
}

function start(service: string, config: StdioConfig): StdioLink {
  try {
    return new StdioLink(new StdioTransport(config), config)
  } catch (thrown) {
    const error = asError(thrown)
    throw verdictError({ service, config }, 'connect', startFailure(error, config), error)
  }
}
