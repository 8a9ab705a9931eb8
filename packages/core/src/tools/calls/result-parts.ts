import { isObject } from '../../config/problem.ts'
import type { ToolResult } from '../../connections/connector.ts'

/** The text of a result: its text contents and the texts of embedded resources, each on lines of its own. */
export function textOf({ content }: ToolResult): string {
  const texts = [content ?? []].flat().flatMap((part: unknown) => {
    // A result is passed on whole, and servers also answer with what the protocol does not know.
    if (!isObject(part)) return []
    const text =
      part['type'] === 'resource' && isObject(part['resource']) ? part['resource']['text'] : part['text']
    return (part['type'] === 'text' || part['type'] === 'resource') && typeof text === 'string' ? [text] : []
  })
  return texts.join('\n')
}

/**
 * The data of a result: its `structuredContent`, or what its text is as JSON, as servers answer that know no structured
 * content; `undefined` where it is neither, and for a text that is only a number or a word. `Data` is what the caller says
 * that it is; nothing is checked.
 */
export function structuredOf<Data = unknown>(result: ToolResult): Data | undefined {
  if (result.structuredContent !== undefined) return result.structuredContent as Data
  const text = textOf(result).trim()
  if (!/^[[{]/.test(text)) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
