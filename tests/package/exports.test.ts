import * as core from '@mcpstore/core'
import * as storage from '@mcpstore/storage'
import * as conformance from '@mcpstore/storage/conformance'
import { expect, it } from 'vitest'

// A name that comes or goes here is a change for users: it needs a changeset.
it('@mcpstore/storage exports', () => {
  expect(Object.keys(storage).sort()).toMatchInlineSnapshot()
})

it('@mcpstore/storage/conformance exports', () => {
  expect(Object.keys(conformance).sort()).toMatchInlineSnapshot()
})

it('@mcpstore/core exports', () => {
  expect(Object.keys(core).sort()).toMatchInlineSnapshot()
})
