import { type Durability, McpStoreError, type PutResult } from '@mcpstore/storage'
import { type ErrorCode, storeError } from '../../errors.ts'
import type { House } from '../../house.ts'

const STRENGTH: Durability[] = ['memory', 'local', 'redis']

/** What became of a write, or why it failed. */
export type Outcome = PutResult | McpStoreError<ErrorCode>

/** Whether it is a write that others will see. */
export function isWritten(outcome: Outcome): outcome is PutResult {
  return !(outcome instanceof McpStoreError) && obstacleOf('', outcome) === undefined
}

/** Whether nobody knows if it is one. */
export function isUnknown(outcome: Outcome): boolean {
  return outcome instanceof McpStoreError && outcome.code === 'outcome_unknown'
}

/** Why a write that came back is none that others will see. */
export function obstacleOf(
  name: string,
  { status, problem }: PutResult,
): McpStoreError<ErrorCode> | undefined {
  if (status !== 'outdated') return undefined
  return problem === undefined ? overtaken(name) : refused(name, problem)
}

/** What a report says of a write that the storage refused for its own sake, and that counts here all the same. */
export interface Parked {
  /** Why the storage refused it, if it did. It is kept where `durable` says, for this machine only; `status().parked` names it. */
  parked?: string
}

/** What is to be reported of this write. */
export function parkedOf({ problem }: PutResult): Parked {
  return problem === undefined ? {} : { parked: problem }
}

/** The outcome of a write that others will see. @throws `storage`, `conflict` for one that they will not */
export function sound(name: string, outcome: PutResult): PutResult {
  const obstacle = obstacleOf(name, outcome)
  if (obstacle) throw obstacle
  return outcome
}

/** The strongest place that is known to hold all of these; with none of them, what holds the data now. */
export function weakest(written: readonly { durable: Durability }[], house: House): Durability {
  const strengths = written.map(({ durable }) => STRENGTH.indexOf(durable))
  if (strengths.length > 0) return STRENGTH[Math.min(...strengths)]!
  const { backend } = house.dataspace.status()
  return backend === 'sqlite' ? 'local' : backend
}

/** The storage did not take what was written of a service, for its own sake. */
export function refused(name: string, problem: string): McpStoreError<ErrorCode> {
  return storeError('storage', `service "${name}": the storage refused it: ${problem}`, {
    hint: 'See what lies at its key and whether this user may write it, or use another name.',
  })
}

function overtaken(name: string): McpStoreError<ErrorCode> {
  return storeError('conflict', `service "${name}": somebody else changed it at the same time`, {
    hint: 'Look at it, then try again.',
  })
}
