import { isObject } from '../config/problem.ts'
import type { ToolResult } from '../connections/connector.ts'

/** The text of a result: its text contents and the texts of embedded resources, each on lines of its own. */
export function textOf({ content = [] }: ToolResult): string {
  const texts = content.flatMap((part) => {
    const text =
      part.type === 'resource' && isObject(part['resource']) ? part['resource']['text'] : part['text']
    return (part.type === 'text' || part.type === 'resource') && typeof text === 'string' ? [text] : []
  })
  return texts.join('\n')
}

/**
 * The data of a result: its `structuredContent`, or what its text is as JSON, as servers answer that know no structured
 * content; `undefined` where it is neither, and for a text that is only a number or a word.
 */
export function structuredOf(result: ToolResult): unknown {
  if (result.structuredContent !== undefined) return result.structuredContent
  const text = textOf(result).trim()
  if (!/^[[{]/.test(text)) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
