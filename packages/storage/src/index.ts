// The public surface of @mcpstore/storage.
export type {
  Backend,
  BackendKind,
  Beat,
  BeatTelling,
  ClearReply,
  Counter,
  CountReply,
  Durability,
  Known,
  MergeReply,
  Page,
  PullOptions,
  Verdict,
  Write,
} from './backend.ts'
export { MAX_CONFLICTS } from './backend.ts'
export { loggedBackend } from './backends/logged.ts'
export { type MemoryOptions, MemoryTables, memoryBackend } from './backends/memory.ts'
export { redisAclRules } from './backends/redis/acl.ts'
export { type SqliteOptions, sqliteBackend } from './backends/sqlite/index.ts'
export { localFile, mirrorFile } from './backends/sqlite/location.ts'
export { factsOfFile, localDataspaces } from './backends/sqlite/namespace.ts'
export { randomId } from './clock.ts'
export type { Conflict } from './conflict.ts'
export { Dataspace } from './dataspace.ts'
export type { DataspaceFacts } from './dataspace-facts.ts'
export type { DataspaceStatus } from './dataspace-status.ts'
export { type ErrorDetails, McpStoreError, StorageError, type StorageErrorCode } from './errors.ts'
export { BackendError, type HealthState } from './health.ts'
export type { Finding, Inspection, Severity } from './inspection.ts'
export { type Json, MAX_VALUE_BYTES } from './json.ts'
export {
  decodeSegment,
  encodeSegment,
  infoKey,
  keyPrefix,
  type PrefixOptions,
  parseRecordKey,
  type RecordKey,
  type RecordKind,
  type RecordName,
  recordKey,
  type Scope,
  scopePrefix,
  statsField,
  statsKey,
} from './keyspace.ts'
export type { Lease, LeaseRefused } from './lease.ts'
export { type Logger, silentLogger } from './logger.ts'
export type { Machine } from './machine.ts'
export { makeFolder } from './make-folder.ts'
export type { Malformed } from './malformed.ts'
export type { DataspaceNode, NodeFacts, NodeNote } from './nodes.ts'
export type { DataspaceOptions } from './parts.ts'
export type { Projection } from './projection.ts'
export type { Put, PutRefused, PutResult } from './put.ts'
export type { KnownRecord, RecordFacts, Seen, StoredRecord, UnreadRecord } from './record.ts'
export type { Entry, EntryHead } from './replica.ts'
export { isStamp, type Stamp, stampMs } from './stamp.ts'
export { type AfterOptions, systemTime, type Time } from './time.ts'
export type { ValuesPolicy } from './values.ts'
export type { Change, Observer, Watcher } from './watchers.ts'
