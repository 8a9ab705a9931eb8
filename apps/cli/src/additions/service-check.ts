import type { StoreContext } from '@mcpstore/core'
import { type Failure, failureOf } from '../failures/failure.ts'

/** What came of connecting to one service. */
export interface Check {
  name: string
  toolCount: number | null
  error?: Failure
}

const defaultCheckMs = 30_000

/** Connects to the services, all at once. A service that fails stands in the answer with its error. */
export async function checkServices(
  services: StoreContext,
  names: readonly string[],
  timeout: number = defaultCheckMs,
): Promise<Check[]> {
  const checks = names.map(async (name): Promise<Check> => {
    try {
      const { toolCount } = await services.waitService(name, { timeout })
      return { name, toolCount }
    } catch (thrown) {
      return { name, toolCount: null, error: failureOf(thrown) }
    }
  })
  return Promise.all(checks)
}
