import type { Dataspace, Logger } from '@mcpstore/storage'
import { storeClosed } from './errors.ts'
import type { ServiceNews } from './events/service-news.ts'
import type { StorePlace } from './options/backends.ts'
import type { ResolvedOptions } from './options/store-options.ts'
import type { Pins } from './pins/pins.ts'
import type { Reach } from './reach.ts'
import type { Vault } from './secrets/vault.ts'
import type { Registry } from './services/registry.ts'
import type { Turns } from './tools/calls/turns.ts'
import type { CachedLists } from './tools/lists/cached-list.ts'
import type { Refresher } from './tools/lists/refresh.ts'
import type { Approver } from './trust/approver.ts'
import type { Gate } from './trust/gate.ts'
import type { Signatures } from './trust/signatures.ts'

/** What the parts of one store share. */
export interface House {
  readonly options: ResolvedOptions
  readonly logger: Logger
  readonly dataspace: Dataspace
  /** What the status says of a backend that is configured and not asked. */
  readonly instead: StorePlace['instead']
  /** Where what services say is kept, if anywhere. */
  readonly logFolder: string | undefined
  /** As one scope sees the services. */
  readonly registry: Registry
  readonly gate: Gate
  readonly approver: Approver
  readonly pins: Pins
  readonly signatures: Signatures
  readonly vault: Vault
  readonly lists: CachedLists
  readonly reach: Reach
  readonly refresher: Refresher
  readonly news: ServiceNews
  /** Where calls wait for each other, if there is a limit. */
  readonly turns: Turns | undefined
  /** Set when the store begins to close: from then on nothing may be begun. */
  closed: boolean
  /** Lets a task run on by itself; closing the store waits for it, and its failure is logged. */
  behind(task: Promise<unknown>): void
}

/** The same parts as an agent sees them. */
export function houseOf(house: House, agent: string): House {
  return {
    ...house,
    registry: house.registry.ofAgent(agent),
    get closed() {
      return house.closed
    },
  }
}

/** @throws `unavailable` once the store is closed */
export function whileOpen(house: House): House {
  if (house.closed) throw storeClosed()
  return house
}
