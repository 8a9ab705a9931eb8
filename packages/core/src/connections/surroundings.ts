import type { Scope } from '@mcpstore/storage'
import type { Host } from '../host/host.ts'
import type { ServiceLog } from '../logs/service-log.ts'

/** What a connection is made with, besides its config. */
export interface Surroundings {
  /** Told, in one line, what a server does wrong without harm. */
  warn: (line: string) => void
  /** Who answers what servers ask. */
  host: Host
  /** Whose the service is. */
  scope: Scope
  /** Keeps what the server says, if anybody does. */
  log?: ServiceLog | undefined
}
