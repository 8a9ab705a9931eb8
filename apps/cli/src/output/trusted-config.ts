import type { ServiceConfig } from '@mcpstore/core'
import { variablesOf } from '../additions/config-variables.ts'
import type { Output } from './output.ts'
import { type Cell, renderTable } from './text/table.ts'
import { visibleLine } from './text/terminal-text.ts'

/** What an approval is about: each argument, variable and header by itself, and what it reads here. */
export function renderTrusted(
  { name, config }: { name: string; config: ServiceConfig },
  output: Output,
): string {
  const rows: string[][] = [['name', visibleLine(name)], ...trustedRows(config)]
  const cells = rows.map(([title = '', value = '']): Cell[] => [{ text: title, style: 'dim' }, value])
  return renderTable(cells, { ...output, columns: Number.POSITIVE_INFINITY })
}

/** The same as rows; nothing of a value is left out with `whole`. */
export function trustedRows(config: ServiceConfig, { whole = false } = {}): string[][] {
  const exact = (text: string): string => (whole ? exactly(text) : beginning(text))
  const read = variablesOf(config).map((variable) => ['reads here', exact(variable)])
  return [...rowsOf(config, exact), ...read]
}

function rowsOf(config: ServiceConfig, exact: (text: string) => string): string[][] {
  if (config.type !== 'stdio') {
    const headers = Object.entries(config.headers ?? {})
    return [
      ['url', exact(config.url)],
      ...headers.map(([header, value]) => ['header', `${exact(header)}: ${exact(value)}`]),
    ]
  }
  const { command, args = [], env = {}, envFile, cwd } = config
  return [
    ['command', exact(command)],
    ...args.map((arg) => ['argument', exact(arg)]),
    ...(cwd === undefined ? [] : [['folder', exact(cwd)]]),
    ...(envFile === undefined ? [] : [['variables from', exact(envFile)]]),
    ...Object.entries(env).map(([variable, value]) => ['variable', `${exact(variable)}=${exact(value)}`]),
  ]
}

/** More than this of one value would push the others off the screen. */
const LONGEST_SHOWN = 400

function beginning(text: string): string {
  if (text.length <= LONGEST_SHOWN) return exactly(text)
  return `${exactly(text.slice(0, LONGEST_SHOWN))} … and ${text.length - LONGEST_SHOWN} characters more, see mcpstore info`
}

/** As it is where that is plain, else as JSON, with everything visible that a terminal would hide. */
function exactly(text: string): string {
  if (/^[\x21-\x7e]+$/.test(text)) return text
  return JSON.stringify(text).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) =>
    Array.from({ length: character.length }, (_, at) => unitAt(character, at)).join(''),
  )
}

function unitAt(text: string, at: number): string {
  return `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`
}
