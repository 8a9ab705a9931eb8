import { join } from 'node:path'
import { homeFolder } from '../home.ts'
import type { ResolvedOptions } from '../options/store-options.ts'
import { ApprovalFile } from './approval-file.ts'
import { Approvals } from './approvals.ts'

/** The approvals a store goes by: kept in the home folder where it has one, else for as long as the process lives. */
export function approvalsOf(options: Pick<ResolvedOptions, 'home' | 'local' | 'env'>): Approvals {
  const path = keepsFiles(options) ? join(homeFolder(options), 'trust.json') : undefined
  return new Approvals(path === undefined ? undefined : new ApprovalFile(path))
}

/** Whether a store keeps files of its user's own. */
export function keepsFiles({ home, local }: Pick<ResolvedOptions, 'home' | 'local'>): boolean {
  return home !== undefined || local === true
}
