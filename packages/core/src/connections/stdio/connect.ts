import type { StdioConfig } from '../../config/service-config.ts'
import { asError } from '../../errors.ts'
import type { Connection, ConnectOptions } from '../connector.ts'
import type { Deadline } from '../deadline.ts'
import { choiceOf } from '../era.ts'
import { connectError, type Handshake, shakeHands } from '../handshake.ts'
import { inEitherEra } from '../in-either-era.ts'
import type { Surroundings } from '../surroundings.ts'
import { verdictError } from '../verdict.ts'
import { StdioLink } from './link.ts'
import { startFailure } from './start-failure.ts'
import { StdioTransport } from './transport.ts'

/**
 * Starts a server and shakes hands with it. Throws as `Connector.connect` does; whatever was started is gone by then.
 */
export function connectStdio(
  service: string,
  config: StdioConfig,
  options: ConnectOptions,
  surroundings: Surroundings,
): Promise<Connection> {
  // What a server was asked in the wrong way it may take ill: each era has a process of its own.
  const started = async (
    deadline: Deadline,
    open: (handshake: Handshake) => Promise<Connection>,
  ): Promise<Connection> => {
    const link = start(service, config, surroundings)
    const handshake = { service, config, link, deadline, ...surroundings }
    try {
      return await open(handshake)
    } catch (error) {
      await link.transport.lastHeard()
      await link.close()
      throw await connectError(handshake, error)
    }
  }
  return inEitherEra(
    service,
    { choice: choiceOf(config), ...options },
    {
      legacy: (deadline) => started(deadline, shakeHands),
      modern: (deadline) =>
        started(deadline, async (handshake) => {
          const { findModern, modernSession } = await import('../modern/open.ts')
          return modernSession(handshake, await findModern(handshake))
        }),
    },
  )
}

function start(service: string, config: StdioConfig, { log }: Surroundings): StdioLink {
  try {
    return new StdioLink(new StdioTransport(config, log), config, log?.advice)
  } catch (thrown) {
    const error = asError(thrown)
    throw verdictError({ service, config }, 'connect', startFailure(error, config), error)
  }
}
