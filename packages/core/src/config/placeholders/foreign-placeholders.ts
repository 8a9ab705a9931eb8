import { basename } from 'node:path'
import { isObject } from '../problem.ts'
import { asVariable, replaceBraces } from './placeholder-syntax.ts'

/** Where a file stands, for placeholders that speak of it. */
export interface Where {
  /** The folder that the file speaks of; none for what is a user's own. */
  project?: string | undefined
  home: string
  platform: NodeJS.Platform
}

/** A text with the placeholders of another client as they are written here. `isPath` is for what is a folder or file. */
export type Translate = (text: string, options: { isPath: boolean }) => string

/** What VS Code asks for, by the id that placeholders name. */
export type Inputs = ReadonlyMap<string, { fallback?: string }>

/** An entry in which every text that may hold placeholders is translated. */
export function translateEntry(
  entry: Record<string, unknown>,
  translate: Translate,
): Record<string, unknown> {
  const one = (field: string, value: unknown): unknown => {
    const isPath = pathFields.includes(field)
    return isPath || textFields.includes(field) ? translated(value, translate, isPath) : value
  }
  return Object.fromEntries(Object.entries(entry).map(([field, value]) => [field, one(field, value)]))
}

const pathFields = ['cwd', 'working_dir', 'envFile', 'env_file']
const textFields = ['command', 'args', 'env', 'url', 'serverUrl', 'httpUrl', 'baseUrl', 'headers']

function translated(value: unknown, translate: Translate, isPath: boolean): unknown {
  if (typeof value === 'string') return translate(value, { isPath })
  if (Array.isArray(value)) return value.map((one) => translated(one, translate, isPath))
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, translated(one, translate, isPath)]),
  )
}

/**
 * The placeholders of Cursor, VS Code and Windsurf: `${env:X}`, `${input:id}`, and what stands for folders. A folder is
 * known only of a project's own file; what cannot be told stays as it is, and is refused by name later.
 */
export function editorPlaceholders(where: Where, inputs: Inputs = new Map()): Translate {
  return (text, { isPath }) => replaceBraces(text, (found) => inOurs(found, { ...where, inputs, isPath }))
}

/**
 * For what is no file of a client that is known: the same, and mcporter's `$env:X`, if it is the whole text. In the file of
 * another client it is text, as for PowerShell.
 */
export function anyPlaceholders(where: Where): Translate {
  const editors = editorPlaceholders(where)
  return (text, how) => {
    const [, variable] = /^\$env:([A-Za-z_]\w*)$/.exec(text) ?? []
    return variable ? `\${${variable}}` : editors(text, how)
  }
}

function inOurs(
  found: string,
  { project, home, platform, inputs, isPath }: Where & { inputs: Inputs; isPath: boolean },
): string {
  const [, kind, name = ''] = /^\$\{(env|input):([^{}]+)\}$/.exec(found) ?? []
  if (kind === 'env' && /^[A-Za-z_]\w*$/.test(name)) return `\${${name}}`
  if (kind === 'input') return inputVariable(name, inputs)
  switch (found.slice(2, -1)) {
    case 'userHome':
      return isPath ? home : `\${${platform === 'win32' ? 'USERPROFILE' : 'HOME'}}`
    case 'workspaceFolder':
    case 'workspaceRoot':
      return project ?? found
    case 'workspaceFolderBasename':
      return project === undefined ? found : basename(project)
    case 'pathSeparator':
    case '/':
      return platform === 'win32' ? '\\' : '/'
    default:
      return found
  }
}

function inputVariable(id: string, inputs: Inputs): string {
  const fallback = inputs.get(id)?.fallback
  return `\${${asVariable(id)}${fallback ? `:-${fallback}` : ''}}`
}
