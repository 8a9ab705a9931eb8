import { join } from 'node:path'
import { homeFolder } from '../home.ts'
import type { ResolvedOptions } from '../options.ts'
import { ApprovalFile } from './approval-file.ts'
import { Approvals } from './approvals.ts'

/** The approvals a store goes by: kept in the home folder where it has one, else for as long as the process lives. */
export function approvalsOf({
  home,
  local,
  env,
}: Pick<ResolvedOptions, 'home' | 'local' | 'env'>): Approvals {
  const hasHome = home !== undefined || local === true
  return new Approvals(hasHome ? new ApprovalFile(join(homeFolder({ home, env }), 'trust.json')) : undefined)
}
