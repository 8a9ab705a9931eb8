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
export { draftOf, removeDeadDrafts } from './backends/sqlite/drafts.ts'
export { type SqliteOptions, sqliteBackend } from './backends/sqlite/index.ts'
export { fileSegment, localFile, mirrorFile } from './backends/sqlite/location.ts'
export { factsOfFile, localDataspaces } from './backends/sqlite/namespace.ts'
export { Dataspace } from './dataspace.ts'
export type { DataspaceFacts } from './dataspace-facts.ts'
export type { DataspaceStatus } from './dataspace-status.ts'
export {
  type ErrorDetails,
  McpStoreError,
  type Meant,
  StorageError,
  type StorageErrorCode,
} from './errors.ts'
export type { Finding, Inspection, Severity } from './inspection.ts'
export { BackendError, type HealthState } from './link/health.ts'
export { type Logger, silentLogger } from './logger.ts'
export { makeFolder } from './make-folder.ts'
export type { DataspaceOptions } from './parts.ts'
export type { Lease, LeaseRefused } from './presence/lease.ts'
export { bootOfMachine, isSharedFolder, type Machine, thisMachine } from './presence/machine.ts'
export type { DataspaceNode, NodeFacts, NodeNote } from './presence/nodes.ts'
export { randomId } from './records/clock.ts'
export type { Conflict } from './records/conflict.ts'
export { type Json, MAX_VALUE_BYTES } from './records/json.ts'
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
} from './records/keyspace.ts'
export type { Projection } from './records/projection.ts'
export type { KnownRecord, RecordFacts, Seen, StoredRecord, UnreadRecord } from './records/record.ts'
export { isFuture, isStamp, type Stamp, stampMs } from './records/stamp.ts'
export type { Entry, EntryHead } from './replica/entry.ts'
export type { Malformed } from './replica/malformed.ts'
export type { ValuesPolicy } from './replica/values.ts'
export type { Change, Observer, Watcher } from './replica/watchers.ts'
export { type AfterOptions, systemTime, type Time } from './time.ts'
export type { Put, PutRefused, PutResult } from './writes/put.ts'
