import { expect, test } from 'vitest'
import { structuredOf, textOf } from '../src/index.ts'

const text = (value: string) => ({ type: 'text', text: value })

test('textOf joins what is text, and passes over everything else', () => {
  const embedded = { type: 'resource', resource: { uri: 'file:///a', text: 'from a file' } }
  const others = [
    { type: 'image', data: 'AAAA', mimeType: 'image/png' },
    { type: 'hologram', text: 'not meant as text' },
    { type: 'resource', resource: { uri: 'file:///b', blob: 'AAAA' } },
    { type: 'resource', resource: null },
    { type: 'text', text: 5 },
  ]
  expect(textOf({ content: [text('one'), ...others, embedded, text('two')] })).toBe('one\nfrom a file\ntwo')
  expect(textOf({})).toBe('')
})

test('structuredOf is the structured content, or the text as JSON', () => {
  const content = [text('{"from":"text"}')]
  expect(structuredOf({ content, structuredContent: { from: 'server' } })).toEqual({ from: 'server' })
  expect(structuredOf({ content, structuredContent: null })).toBeNull()
  expect(structuredOf({ content })).toEqual({ from: 'text' })
  expect(structuredOf({ content: [text('[1,'), text('2]')] })).toEqual([1, 2])
  for (const plain of ['5', 'true', 'hello', '{ not json', '']) {
    expect(structuredOf({ content: [text(plain)] })).toBeUndefined()
  }
})

test('textOf threw at an answer that the protocol does not know', () => {
  const odd = [
    null,
    5,
    'x',
    { type: 'text' },
    { type: 'resource', resource: null },
    { type: 'text', text: 'fine' },
  ]
  expect(textOf({ content: odd } as never)).toBe('fine')
  expect(textOf({ content: 'no list' } as never)).toBe('')
  expect(structuredOf({ content: null } as never)).toBeUndefined()
  const typed: { degrees: number } | undefined = structuredOf<{ degrees: number }>({
    structuredContent: { degrees: 21 },
  })
  expect(typed?.degrees).toBe(21)
})
