import { createReadStream } from 'node:fs'
import { dirname, resolve, sep } from 'node:path'
import { asError, storeError } from '../errors.ts'
import { userHome } from '../home.ts'
import { clients } from './clients.ts'
import type { Client } from './dialects/client.ts'
import { type ParsedServices, parseServices } from './parse.ts'
import { isObject, quoted } from './problem.ts'

/** Services in any dialect: a value, JSON text, or the path of a file. */
export type AddInput = string | { file: string } | object

const LARGEST_FILE = 16 * 1024 * 1024

// A project's file in one of these speaks of the folder above.
const editorFolders = [
  ...['.vscode', '.cursor', '.codex', '.gemini', '.zed', '.roo', '.trae', '.amazonq'],
  `.kiro${sep}settings`,
]

const faults: Record<string, { what: string; hint: string }> = {
  ENOENT: {
    what: 'there is no such file',
    hint: 'Check the path; a relative one starts at the current folder.',
  },
  ENOTDIR: { what: 'a part of the path is no folder', hint: 'Check the path.' },
  EACCES: { what: 'it may not be read', hint: 'Give yourself the right to read it.' },
  EPERM: { what: 'it may not be read', hint: 'Give yourself the right to read it.' },
  ELOOP: { what: 'its links lead in a circle', hint: 'Look at where the link leads.' },
  EISDIR: { what: 'it is a folder', hint: 'Name the file in it, for example .mcp.json.' },
}

/**
 * Reads services from whatever the caller has. Stdio services from a file run in the file's folder, or, when an editor
 * keeps its settings there, in the one above; others in `cwd`, from where a relative path is also looked up. Throws
 * `bad_config` when the file cannot be read or the input as a whole holds no services.
 */
export async function readServices(
  input: AddInput,
  options: { cwd: string; offer?: number | undefined },
): Promise<ParsedServices> {
  if (isFile(input)) {
    const { text, source: path } = await readText(input.file, options.cwd)
    const { client, project } = whoseFile(path)
    const cwd = project ?? userHome()
    const format = path.endsWith('.toml') ? 'toml' : client?.format
    return parseServices(text, { cwd, project, offer: options.offer, source: path, dialect: client, format })
  }
  if (typeof input === 'string') refuseOtherText(input.trim())
  return parseServices(input, options)
}

/** Whether what is given is a file that holds what is meant. */
export function isFile(input: object | string): input is { file: string } {
  return isObject(input) && typeof input['file'] === 'string' && Object.keys(input).length === 1
}

/** The client that a file belongs to, by its name and place, and the folder that it speaks of. */
function whoseFile(path: string): { client?: Client; project?: string } {
  const machine = { platform: process.platform, env: process.env, home: userHome() }
  const user = clients.find((client) => client.userFiles(machine).includes(path))
  if (user) return { client: user }
  const project = projectOf(dirname(path))
  const client = clients.find(({ projectFiles }) =>
    projectFiles.some((file) => path === resolve(project, ...file.split('/'))),
  )
  return { project, ...(client && { client }) }
}

function projectOf(folder: string): string {
  const own = editorFolders.find((name) => folder.endsWith(`${sep}${name}`))
  return own === undefined ? folder : resolve(folder, own.replace(/[^/\\]+/g, '..'))
}

function refuseOtherText(text: string): void {
  if (/^https?:\/\/\S+$/i.test(text)) {
    const hint = 'Give the service a name: {"name": "weather", "url": "…"}'
    throw storeError('bad_config', 'the text is an address, not JSON', { hint })
  }
  if (/^[^\n{}[\]]+\.(?:jsonc?|toml)$/i.test(text)) {
    const hint = 'To read a file, pass an object with the field "file".'
    throw storeError('bad_config', `the text ${quoted(text)} is the path of a file, not JSON`, { hint })
  }
}

/** All of a file, and its whole path. @throws `bad_config` */
export async function readText(file: string, cwd: string): Promise<{ text: string; source: string }> {
  const path = resolve(cwd, file)
  const chunks: Buffer[] = []
  try {
    for await (const chunk of createReadStream(path, { end: LARGEST_FILE })) chunks.push(chunk)
  } catch (error) {
    const { what, hint } = faults[(error as NodeJS.ErrnoException).code ?? ''] ?? {
      what: asError(error).message,
    }
    throw storeError('bad_config', `cannot read ${path}: ${what}`, { hint, cause: error })
  }
  const bytes = Buffer.concat(chunks)
  if (bytes.length > LARGEST_FILE) {
    throw storeError('bad_config', `${path} is larger than ${LARGEST_FILE / 1024 / 1024} MiB`)
  }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), source: path }
  } catch (error) {
    throw storeError('bad_config', `${path} is not UTF-8 text`, { hint: 'Save it as UTF-8.', cause: error })
  }
}
