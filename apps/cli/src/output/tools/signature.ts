import type { ListedTool } from '@mcpstore/core'
import { asSchema } from '../../arguments/argument-types.ts'
import { displayWidth, fit, visibleLine } from '../text/terminal-text.ts'
import { typeText } from './type-text.ts'

/**
 * What a tool takes, in one line: `files/read(path: string, head?: integer)`, what it requires first. Of what is optional as
 * much as fits into so many `cells`, and how much more there is.
 */
export function signature({ name, inputSchema }: ListedTool, cells: number): string {
  const schema = asSchema(inputSchema) ?? {}
  const properties = asSchema(schema['properties']) ?? {}
  const required = [schema['required'] ?? []].flat().map(String)
  const typed = (argument: string, mark: string) =>
    visibleLine(`${argument}${mark}: ${typeText(properties[argument], inputSchema)}`)
  const parts = required.map((argument) => typed(argument, ''))
  const optional = Object.keys(properties).filter((argument) => !required.includes(argument))
  const written = (left: number) => {
    const more = left > 0 ? [`…${left} more`] : []
    return `${visibleLine(name)}(${[...parts, ...more].join(', ')})`
  }
  for (const [at, argument] of optional.entries()) {
    parts.push(typed(argument, '?'))
    if (displayWidth(written(optional.length - at - 1)) <= cells) continue
    parts.pop()
    return fit(written(optional.length - at), cells)
  }
  return fit(written(0), cells)
}
