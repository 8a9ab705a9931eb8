import { rm, stat, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { makeFolder } from '@mcpstore/storage'
import { CliError, usageError } from '../../failures/cli-error.ts'
import { pathFrom } from '../../process/existing-folder.ts'
import { isBlock } from './tool-result.ts'

/** A part of what a server answered. */
interface Block {
  type: string
  [field: string]: unknown
}

/** In which file each part is now, and why others are in none. */
export interface SavedContents {
  saved: Map<object, string>
  failures: CliError[]
}

/** A folder that the user names is his, as one that `mkdir` makes: his umask says who may look into it. */
const OPEN_MODE = 0o777
const MOST_OF_NAME = 80
const MOST_NAMESAKES = 1000
/** Errors of a file that was made, and not written to its end. */
const cutShort = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'EIO'])

/** The only endings that files get, by the type their server says they have. */
const endings: Readonly<Record<string, string>> = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/gif': 'gif',
  'image/webp': 'webp',
  'image/avif': 'avif',
  'image/bmp': 'bmp',
  'image/tiff': 'tiff',
  'image/svg+xml': 'svg',
  'audio/wav': 'wav',
  'audio/x-wav': 'wav',
  'audio/mpeg': 'mp3',
  'audio/mp4': 'm4a',
  'audio/ogg': 'ogg',
  'audio/flac': 'flac',
  'audio/aac': 'aac',
  'audio/webm': 'weba',
  'video/mp4': 'mp4',
  'application/json': 'json',
  'application/pdf': 'pdf',
  'application/gzip': 'gz',
  'application/zip': 'zip',
  'text/csv': 'csv',
  'text/html': 'html',
  'text/markdown': 'md',
  'text/plain': 'txt',
}

/** Makes the folder that `--save` names, before anything is called. Throws `usage` where there can be none. */
export async function makeSaveFolder(cwd: string, folder: string): Promise<void> {
  const hint = 'Name a folder: --save DIR.'
  if (folder === '') throw usageError('--save is empty', hint)
  const path = pathFrom(cwd, folder)
  try {
    makeFolder(path, { mode: OPEN_MODE })
    if ((await stat(path)).isDirectory()) return
  } catch (thrown) {
    throw usageError(`the folder "${folder}" cannot be made: ${(thrown as Error).message}`, hint)
  }
  throw usageError(`"${folder}" is no folder`, hint)
}

/** Puts the images, the audio and the embedded resources into files of their own; none that is there is written over. */
export async function saveContents(
  blocks: readonly unknown[],
  { cwd, folder, name }: { cwd: string; folder: string; name: string },
): Promise<SavedContents> {
  const saved = new Map<object, string>()
  const failures: CliError[] = []
  for (const [at, block] of blocks.entries()) {
    try {
      const file = isBlock(block) && fileOf(block, `${name}-${at + 1}`)
      if (file) saved.set(block, join(folder, await writeBeside(resolve(cwd, folder), file)))
    } catch (thrown) {
      const code = thrown instanceof CliError ? thrown.code : 'storage'
      failures.push(new CliError(code, `content ${at + 1} was not saved: ${(thrown as Error).message}`))
    }
  }
  return { saved, failures }
}

interface NewFile {
  stem: string
  ending: string
  bytes: Buffer
}

function fileOf(block: Block, name: string): NewFile | undefined {
  if (block.type === 'image' || block.type === 'audio') {
    return { stem: safeName(name), ending: endingOf(block['mimeType'], 'bin'), bytes: decoded(block['data']) }
  }
  const { uri, mimeType, blob, text } = (block.type === 'resource' ? (block['resource'] ?? {}) : {}) as Block
  const isText = typeof text === 'string'
  if (!isText && blob === undefined) return undefined
  const ending = endingOf(mimeType, isText ? 'txt' : 'bin')
  const own = safeName(
    String(uri ?? '')
      .replace(/[?#].*$/s, '')
      .replace(/^.*[/\\]/s, ''),
  )
  const stem = own.toLowerCase().endsWith(`.${ending}`) ? own.slice(0, -ending.length - 1) : own
  return { stem: stem || safeName(name), ending, bytes: isText ? Buffer.from(text) : decoded(blob) }
}

function endingOf(mimeType: unknown, otherwise: string): string {
  const type = String(mimeType).split(';', 1)[0]!.trim().toLowerCase()
  return (Object.hasOwn(endings, type) && endings[type]) || otherwise
}

/** Letters, digits and a few signs; no dot in front, and no name that means a device on Windows. */
function safeName(name: string): string {
  const safe = name.replace(/[^\p{L}\p{N}._-]+/gu, '_').replace(/^[._-]+/, '')
  const short = Array.from(safe).slice(0, MOST_OF_NAME).join('')
  return /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i.test(short) ? `_${short}` : short
}

function decoded(data: unknown): Buffer {
  const text = typeof data === 'string' ? data.replace(/\s+/g, '') : '-'
  if (/^[A-Za-z0-9+/]*={0,2}$/.test(text) && text.replace(/=+$/, '').length % 4 !== 1)
    return Buffer.from(text, 'base64')
  throw new CliError('server_error', 'the server sent it in a form that is not base64')
}

/** Writes a file for this user only, under the first name that is free, and answers the name. */
async function writeBeside(folder: string, { stem, ending, bytes }: NewFile): Promise<string> {
  for (let count = 1; count <= MOST_NAMESAKES; count++) {
    const file = `${stem}${count === 1 ? '' : `-${count}`}.${ending}`
    const path = join(folder, file)
    try {
      await writeFile(path, bytes, { flag: 'wx', mode: 0o600 })
      return file
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code === 'EEXIST') continue
      if (cutShort.has((thrown as NodeJS.ErrnoException).code ?? '')) await rm(path, { force: true })
      throw thrown
    }
  }
  throw new CliError('storage', `there are ${MOST_NAMESAKES} files of the name ${stem} already`)
}
