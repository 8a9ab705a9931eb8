import * as core from '@mcpstore/core'
import * as storage from '@mcpstore/storage'
import * as conformance from '@mcpstore/storage/conformance'
import { expect, it } from 'vitest'

// A name that comes or goes here is a change for users: it needs a changeset.
it('@mcpstore/storage exports', () => {
  expect(Object.keys(storage).sort()).toMatchInlineSnapshot(`
    [
      "BackendError",
      "Dataspace",
      "MAX_CONFLICTS",
      "MAX_VALUE_BYTES",
      "McpStoreError",
      "MemoryTables",
      "StorageError",
      "bootOfMachine",
      "decodeSegment",
      "draftOf",
      "encodeSegment",
      "factsOfFile",
      "fileSegment",
      "infoKey",
      "isFuture",
      "isSharedFolder",
      "isStamp",
      "keyPrefix",
      "localDataspaces",
      "localFile",
      "loggedBackend",
      "makeFolder",
      "memoryBackend",
      "mirrorFile",
      "parseRecordKey",
      "randomId",
      "recordKey",
      "redisAclRules",
      "removeDeadDrafts",
      "scopePrefix",
      "silentLogger",
      "sqliteBackend",
      "stampMs",
      "statsField",
      "statsKey",
      "systemTime",
      "thisMachine",
    ]
  `)
})

it('@mcpstore/storage/conformance exports', () => {
  expect(Object.keys(conformance).sort()).toMatchInlineSnapshot(`
    [
      "conformanceCases",
    ]
  `)
})

it('@mcpstore/core exports', () => {
  expect(Object.keys(core).sort()).toMatchInlineSnapshot(`
    [
      "McpStoreError",
      "fitsGlob",
      "homeFolder",
      "listDataspaces",
      "redisAclRules",
      "setupStore",
      "structuredOf",
      "textOf",
    ]
  `)
})
