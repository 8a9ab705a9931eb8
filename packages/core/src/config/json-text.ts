import type { Node, ParseError } from 'jsonc-parser'
import { storeError } from '../errors.ts'
import type { Path } from './dialects/dialect.ts'

/** A key that stands more than once in the same object. */
export interface RepeatedKey {
  path: Path
  lines: number[]
}

export interface JsonText {
  value: unknown
  repeated: RepeatedKey[]
}

const faults: Record<string, string> = {
  InvalidSymbol: 'something that is no JSON value',
  InvalidNumberFormat: 'a number that is not written right',
  PropertyNameExpected: 'a field name in double quotes was expected',
  ValueExpected: 'a value was expected',
  ColonExpected: 'a colon was expected',
  CommaExpected: 'a comma was expected',
  CloseBraceExpected: 'a closing } was expected',
  CloseBracketExpected: 'a closing ] was expected',
  EndOfFileExpected: 'something stands after the end',
  UnexpectedEndOfComment: 'a comment is not closed',
  UnexpectedEndOfString: 'a string is not closed',
  UnexpectedEndOfNumber: 'a number is not finished',
  InvalidUnicode: 'a \\u escape is not written right',
  InvalidEscapeCharacter: 'an escape that JSON does not know (a backslash is written \\\\)',
  InvalidCharacter: 'a character that a string must not hold as it is',
}

/**
 * Reads JSON as people write it: comments, trailing commas and a byte order mark are fine. Throws `bad_config` with
 * line and column; `source` says where the text came from.
 */
export async function parseJsonText(text: string, source: string): Promise<JsonText> {
  const { parseTree, printParseErrorCode } = await import('jsonc-parser')
  const json = text.replace(/^\uFEFF/, '')
  if (json.trim() === '') throw storeError('bad_config', `${source} is empty`)
  const errors: ParseError[] = []
  try {
    const tree = parseTree(json, errors, { allowTrailingComma: true })
    const first = errors[0]
    if (first === undefined && tree !== undefined) return contentOf(tree, json)
    const { line, column } = positionAt(json, first?.offset ?? 0)
    const fault =
      faults[first === undefined ? 'ValueExpected' : printParseErrorCode(first.error)] ?? 'a mistake'
    throw storeError('bad_config', `${source} is not valid JSON: line ${line}, column ${column}: ${fault}`)
  } catch (error) {
    if (error instanceof RangeError)
      throw storeError('bad_config', `${source} is nested too deeply`, { cause: error })
    throw error
  }
}

/** Own fields only, whatever they are called: jsonc-parser's own objects would lose their prototype to `__proto__`. */
function contentOf(tree: Node, text: string): JsonText {
  const repeated: RepeatedKey[] = []
  const build = (node: Node, path: Path): unknown => {
    const children = node.children ?? []
    if (node.type === 'array') return children.map((child, index) => build(child, [...path, index]))
    if (node.type !== 'object') return node.value
    const offsets = new Map<string, number[]>()
    const fields = children.map((property): [string, unknown] => {
      const [key, value] = property.children as [Node, Node]
      const name = key.value as string
      const before = offsets.get(name)
      if (before === undefined) offsets.set(name, [key.offset])
      else before.push(key.offset)
      return [name, build(value, [...path, name])]
    })
    for (const [name, found] of offsets) {
      if (found.length === 1) continue
      repeated.push({ path: [...path, name], lines: found.map((offset) => positionAt(text, offset).line) })
    }
    return Object.fromEntries(fields)
  }
  return { value: build(tree, []), repeated }
}

function positionAt(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split('\n')
  return { line: before.length, column: before.at(-1)!.length + 1 }
}
