import { randomUUID } from 'node:crypto'
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { McpStoreError, makeFolder } from '@mcpstore/storage'
import { asError, storeError } from '../errors.ts'
import { type ApprovalMap, readApprovals, writeApprovals } from './approval.ts'
import { underLock } from './file-lock.ts'

const OTHERS_MAY_WRITE = 0o022

/** The approvals of a user, in a file that nobody else may change, shared by his processes. */
export class ApprovalFile {
  readonly path: string
  #seen: { identity: string; approvals: ApprovalMap } | undefined

  constructor(path: string) {
    this.path = path
  }

  /** What the file says now; none where there is none. @throws `storage` for a file that must not be believed. */
  read(): ApprovalMap {
    const identity = identityOf(this.path)
    if (this.#seen?.identity !== identity) this.#seen = { identity, approvals: load(this.path) }
    return this.#seen.approvals
  }

  /** Changes the file as a whole, after what others wrote. @throws `storage`; then nothing was changed. */
  async change(edit: (approvals: ApprovalMap) => void): Promise<ApprovalMap> {
    const token = randomUUID()
    try {
      makeFolder(dirname(this.path))
      return await underLock(this.path, token, (isOurs) => {
        const before = load(this.path)
        const after = new Map(before)
        edit(after)
        const text = writeApprovals(after)
        if (text === writeApprovals(before)) return after
        return replace(this.path, text, `${this.path}.${token}`, isOurs) ? after : undefined
      })
    } catch (thrown) {
      if (thrown instanceof McpStoreError) throw thrown
      throw storeError('storage', `the approval cannot be kept in ${this.path}: ${asError(thrown).message}`, {
        hint: 'Make its folder one that you may write to.',
        cause: thrown,
      })
    }
  }
}

function identityOf(path: string): string {
  const stat = lstatSync(path, { bigint: true, throwIfNoEntry: false })
  return stat ? `${stat.dev}:${stat.ino}:${stat.size}:${stat.mtimeNs}:${stat.ctimeNs}` : ''
}

function load(path: string): ApprovalMap {
  let opened: number
  try {
    // Neither a link to what somebody else chose, nor a pipe that never ends.
    opened = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0))
  } catch (thrown) {
    const { code, message } = asError(thrown) as NodeJS.ErrnoException
    if (code === 'ENOENT') return new Map()
    throw refused(path, code === 'ELOOP' ? 'it is a link' : message, 'Make it a file of yours.')
  }
  try {
    refuseForeign(path, opened)
    return readApprovals(readFileSync(opened, 'utf8'))
  } catch (thrown) {
    if (thrown instanceof McpStoreError) throw thrown
    throw refused(path, asError(thrown).message, 'Remove it, then trust again what you need.')
  } finally {
    closeSync(opened)
  }
}

function refuseForeign(path: string, opened: number): void {
  const stat = fstatSync(opened)
  if (!stat.isFile()) throw refused(path, 'it is no file', 'Remove it.')
  const me = process.getuid?.()
  if (me === undefined) return
  if (stat.uid !== me) throw refused(path, 'it belongs to another user', 'Remove it, or use another home.')
  if (stat.mode & OTHERS_MAY_WRITE) {
    throw refused(path, 'others may write to it', `If nobody did: chmod 600 ${path}. Otherwise remove it.`)
  }
}

function refused(path: string, why: string, hint: string): McpStoreError {
  return storeError('storage', `${path} approves nothing: ${why}`, { hint })
}

/** Puts the text in place of the file at once, or not at all when the lock was lost. */
function replace(path: string, text: string, draft: string, isOurs: () => boolean): boolean {
  try {
    const opened = openSync(draft, 'wx', 0o600)
    try {
      writeFileSync(opened, text)
      fsyncSync(opened)
    } finally {
      closeSync(opened)
    }
    if (!isOurs()) return false
    renameSync(draft, path)
    return true
  } finally {
    rmSync(draft, { force: true })
  }
}
