import { keyPrefix, type RecordKey } from '../../records/keyspace.ts'
import type { RedisSession } from './session.ts'

/** Where a dataspace lies in Redis: the names of its keys. */
export interface Place {
  readonly meta: string
  readonly index: string
  readonly conflicts: string
  readonly nodes: string
  /** Which nodes have a share, and when each counted last. */
  readonly sharers: string
  readonly changes: string
  /** Whether the prefix is a hash tag, as a cluster needs it. */
  readonly tagged: boolean
  /** The meta of the same dataspace in the other layout. */
  readonly otherMeta: string
  key(member: RecordKey): string
  shares(node: string): string
  lease(name: string): string
}

export function placeOf(namespace: string, dataspace: string, hashTag: boolean): Place {
  const prefix = keyPrefix(namespace, dataspace, { hashTag })
  return {
    meta: `${prefix}meta`,
    index: `${prefix}index`,
    conflicts: `${prefix}conflicts`,
    nodes: `${prefix}nodes`,
    sharers: `${prefix}sharers`,
    changes: `${prefix}changes`,
    tagged: hashTag,
    otherMeta: `${keyPrefix(namespace, dataspace, { hashTag: !hashTag })}meta`,
    key: (member) => `${prefix}${member}`,
    shares: (node) => `${prefix}shares:${node}`,
    lease: (name) => `${prefix}lease:${name}`,
  }
}

/** What the backend works with while a connection lasts. */
export interface Visit {
  readonly session: RedisSession
  readonly place: Place
  /** Names this history of the dataspace: it ends when Redis loses its data. */
  readonly epoch: string
  /** The clock that stands in for the server's, as text; empty for the server's own. */
  now(): string
  /** How long keys live that nobody renews, in ms, as text; empty for ever. */
  readonly lifetime: string
}
