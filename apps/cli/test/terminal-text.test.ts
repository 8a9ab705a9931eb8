import { describe, expect, it } from 'vitest'
import { toJson } from '../src/output/json.ts'
import { renderTable } from '../src/output/text/table.ts'
import { displayWidth, firstLine, fit, visibleLine, visibleText } from '../src/output/text/terminal-text.ts'

const attack = 'a\u001b]0;owned\u0007b\u009b31mc\u0008\u202egnp.exe'

describe('text that came from elsewhere', () => {
  it('shows control characters instead of sending them to the terminal', () => {
    expect(visibleText(attack)).toBe('a\\x1b]0;owned\\x07b\\x9b31mc\\x08\\u202egnp.exe')
  })

  it('keeps lines and tabs, but no carriage return that would overwrite a line', () => {
    expect(visibleText('a\n\tb\r\nc\rd')).toBe('a\n\tb\nc\\x0dd')
  })

  it('is one line where one line is shown', () => {
    expect(visibleLine(' a\n  b\tc\r\nd ')).toBe('a b c d')
    expect(firstLine('\n\n First.\nSecond.')).toBe('First.')
    expect(firstLine('  ')).toBe('')
  })

  it('leaves other scripts and emoji alone', () => {
    expect(visibleText('北京 ünï 👩‍👩‍👧')).toBe('北京 ünï 👩‍👩‍👧')
  })
})

describe('JSON', () => {
  it('reads back as exactly the same text, and holds no control character and no mark that reorders it', () => {
    const json = toJson({ attack, name: '北京', marks: '\u061c\u200e\u200f\u2028\u2066\u2069' })
    expect(JSON.parse(json)).toEqual({ attack, name: '北京', marks: '\u061c\u200e\u200f\u2028\u2066\u2069' })
    expect(visibleText(json)).toBe(json)
  })
})

describe('width', () => {
  it('counts cells: two for CJK and emoji, none for combining marks', () => {
    expect(['abc', '北京', 'é', 'e\u0301', '👍', '한글', 'ｆ'].map(displayWidth)).toEqual([
      3, 4, 1, 1, 2, 4, 2,
    ])
  })

  it('cuts at the edge and never in the middle of a character', () => {
    expect(fit('abcdef', 6)).toBe('abcdef')
    expect(fit('abcdef', 4)).toBe('abc…')
    expect(fit('北京市', 4)).toBe('北…')
    expect(fit('👍👍', 3)).toBe('👍…')
    expect(fit('abc', 0)).toBe('')
  })
})

describe('a table', () => {
  const rows = [
    ['a', '北京', 'a long description that goes on'],
    ['longer', 'x', ''],
  ]

  it('aligns its columns by cells and leaves no spaces at the end', () => {
    expect(renderTable(rows, { columns: Number.POSITIVE_INFINITY, color: false })).toBe(
      'a       北京  a long description that goes on\nlonger  x\n',
    )
  })

  it.each([1, 9, 10, 13, 30])(
    'ran over the edge of the terminal where not only its last column did (%d)',
    (columns) => {
      const lines = renderTable(rows, { columns, color: true }).trimEnd().split('\n')
      expect(lines).toHaveLength(2)
      for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(columns)
    },
  )

  it('colours only where colours are wanted, and pads by what is seen', () => {
    const styled = [[{ text: 'ok', style: 'green' as const }, 'x']]
    expect(renderTable(styled, { columns: 80, color: false })).toBe('ok  x\n')
    expect(renderTable(styled, { columns: 80, color: true })).toBe('\u001b[32mok\u001b[0m  x\n')
  })
})
