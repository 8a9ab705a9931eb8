import { StoreContext } from './context.ts'
import type { House } from './house.ts'
import { checkMethodOptions } from './options/option-checks.ts'
import type { AssignOptions, AssignReport } from './services/assign.ts'

/**
 * What one can do with the services of one agent: its own, which only it sees and changes, and those of the store that
 * are assigned to it, which it uses. Of two of one name its own counts.
 */
export class AgentContext extends StoreContext {
  readonly id: string

  /** Made by `Store.forAgent`; `house` is as the agent sees it. */
  constructor(house: House, id: string) {
    super(house)
    this.id = id
  }

  /**
   * Lets the agent use a service of the store, in place of what it was allowed of it before: all of its tools, or those
   * that fit `allow` and do not fit `deny`. It ends when the service is removed. @throws `unknown_service`; `already_exists`
   * when the agent has one of that name itself; `usage`, `conflict`
   */
  async assignService(name: string, options: AssignOptions = {}): Promise<AssignReport> {
    checkMethodOptions('assignService', options)
    const { assignService } = await import('./services/assign.ts')
    return assignService(this.house, this.id, name, options)
  }

  /** Takes a service of the store away from the agent. @throws `unknown_service` when it is not assigned, `conflict` */
  async unassignService(name: string): Promise<AssignReport> {
    const { unassignService } = await import('./services/assign.ts')
    return unassignService(this.house, this.id, name)
  }
}
