import { statsField, statsKey } from '@mcpstore/storage'
import type { ToolResult } from '../connections/connector.ts'
import type { House } from '../house.ts'
import type { Service } from '../services/registry.ts'
import { keyOfTool } from './tool-keys.ts'

/** Counts a call of a tool, and its failure, for everybody who shares the dataspace. */
export async function counted(
  { dataspace }: Pick<House, 'dataspace'>,
  service: Service,
  tool: string,
  call: Promise<ToolResult>,
): Promise<ToolResult> {
  const key = keyOfTool(statsKey, tool, service.scope)
  const count = (counter: 'calls' | 'failures') => {
    if (key !== undefined) dataspace.count(key, statsField(service.name, counter), 1)
  }
  count('calls')
  try {
    const result = await call
    if (result.isError) count('failures')
    return result
  } catch (thrown) {
    count('failures')
    throw thrown
  }
}
