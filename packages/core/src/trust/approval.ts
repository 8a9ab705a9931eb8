import type { Scope } from '@mcpstore/storage'
import { isObject } from '../config/problem.ts'
import { readListed } from '../private-files/listed-entries.ts'

/** The word of a user of this machine: exactly this config may be started or connected. */
export interface Approval {
  namespace: string
  dataspace: string
  /** From `scopeName`. */
  scope: string
  service: string
  /** Of the whole config as it is stored. */
  sha256: string
  /** Tells this giving of the approval from a later one of the same. */
  id: string
}

/** By `approvalKey`. */
export type ApprovalMap = Map<string, Approval>

const VERSION = 1
const FIELDS = ['namespace', 'dataspace', 'scope', 'service', 'sha256', 'id'] as const

/** A scope as approvals name it: `store`, or `agent:<id>`. */
export function scopeName(scope: Scope): string {
  return scope === 'store' ? scope : `agent:${scope.agent}`
}

export function approvalKey(approval: Omit<Approval, 'id'>): string {
  const { namespace, dataspace, scope, service, sha256 } = approval
  return JSON.stringify([namespace, dataspace, scope, service, sha256])
}

/** The approvals as the text of a file. */
export function writeApprovals(approvals: ApprovalMap): string {
  const sorted = [...approvals].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, approval]) => approval)
  return `${JSON.stringify({ version: VERSION, approvals: sorted }, null, 2)}\n`
}

/** Reads what `writeApprovals` wrote. @throws Error that says what is wrong; one wrong approval spoils them all. */
export function readApprovals(text: string): ApprovalMap {
  return readListed<Approval>(text, {
    version: VERSION,
    name: 'approvals',
    isEntry: isApproval,
    keyOf: approvalKey,
  })
}

function isApproval(value: unknown): value is Approval {
  return isObject(value) && FIELDS.every((field) => typeof value[field] === 'string')
}
