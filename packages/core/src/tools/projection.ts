import { type Dataspace, type Durability, encodeSegment, infoKey, type Logger } from '@mcpstore/storage'
import type { RawTool } from '../connections/connector.ts'
import type { ServiceName } from '../services/keys.ts'
import { keyOfTool } from './tool-keys.ts'

export interface ProjectorParts {
  dataspace: Dataspace
  logger: Logger
  /** Lets a task run on by itself. */
  behind(task: Promise<unknown>): void
}

/**
 * Told of a service's tool list, and of the place that holds it. Answers `false` where that is to be shown and could not be yet: the
 * list is on its way.
 */
export type Projector = (service: ServiceName, tools: readonly RawTool[], durable: Durability) => boolean

/**
 * Has a storage that others look into show who offers a tool of which name: one key a tool, one field a service. It is a
 * shortcut for them; the tool list stays the truth, and a failure here is nobody's.
 */
export function projector({ dataspace, logger, behind }: ProjectorParts): Projector {
  return ({ scope, name }, tools, durable) => {
    if (dataspace.status().configured !== 'redis') return true
    if (durable !== 'redis') return false
    if (tools.length === 0) return true
    const field = encodeSegment(name)
    const fields = tools.flatMap((tool) => {
      const key = keyOfTool(infoKey, tool.name, scope)
      return key === undefined ? [] : [{ key, field, json: JSON.stringify(tool) }]
    })
    behind(
      dataspace
        .project(fields)
        .catch((error: Error) => logger.debug(`lookup keys were not written: ${error.message}`)),
    )
    return true
  }
}
