import { statfsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Finding, Inspection } from '../../inspection.ts'

/** Less free disk space than this, in bytes, is worth a word. */
const LITTLE_SPACE = 64 * 1024 * 1024

/** Looks at the file of a dataspace, and at the disk it lies on. `isOpen`: whether it can be used. */
export function inspectFile(file: string, { isOpen }: { isOpen: boolean }): Inspection {
  const stat = statSync(file, { throwIfNoEntry: false })
  const use: Pick<Finding, 'severity' | 'text'> = isOpen
    ? { severity: 'ok', text: file }
    : { severity: 'critical', text: `${file} cannot be used` }
  return [
    { name: 'file', ...use, value: file },
    stat?.isFile() ? sizeFinding(file, stat.size) : unknown('size'),
    stat?.isFile() ? modeFinding(stat.mode) : unknown('mode'),
    ...folderFindings(dirname(file)),
    diskFinding(dirname(file)),
  ]
}

/** The folders on the way to the file in which others may put one of theirs in its place. */
function folderFindings(folder: string): Finding[] {
  const above = dirname(folder)
  const findings = above === folder ? [] : folderFindings(above)
  const bits = statSync(folder, { throwIfNoEntry: false })?.mode ?? 0
  // In a sticky one, as /tmp is, nobody renames or removes what is another's.
  const isOpen = (bits & 0o002) !== 0 && (bits & 0o1000) === 0 && process.platform !== 'win32'
  if (!isOpen) return findings
  const mode = (bits & 0o777).toString(8).padStart(4, '0')
  const text = `${folder} is ${mode}: others may put files of theirs in the place of yours`
  return [
    ...findings,
    { name: 'folder', severity: 'warning', text, value: mode, hint: `Close it to them: chmod o-w ${folder}` },
  ]
}

/** What was written last may lie in the log beside the file. */
function sizeFinding(file: string, size: number): Finding {
  const log = statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0
  if (size === 0) {
    const text = 'the file is empty (0 bytes): if services were saved in it, they are lost'
    const hint = 'Restore it from a copy, if there is one; the next change makes it anew.'
    return { name: 'size', severity: 'critical', text, value: { file: size, log }, hint }
  }
  return { name: 'size', severity: 'ok', text: sizeText(size + log), value: { file: size, log } }
}

function modeFinding(bits: number): Finding {
  const mode = (bits & 0o777).toString(8).padStart(4, '0')
  if ((bits & 0o077) === 0 || process.platform === 'win32') {
    return { name: 'mode', severity: 'ok', text: mode, value: mode }
  }
  const text = `${mode}: others may use the file, in which credentials may stand`
  return { name: 'mode', severity: 'warning', text, value: mode, hint: 'Close it to them: chmod 600.' }
}

function diskFinding(folder: string): Finding {
  try {
    const { bavail, bsize } = statfsSync(folder)
    const free = bavail * bsize
    const little = free < LITTLE_SPACE
    return {
      name: 'disk',
      severity: little ? 'warning' : 'ok',
      text: `${sizeText(free)} free`,
      value: { free },
      ...(little && { hint: 'Make room: a full disk takes no writes.' }),
    }
  } catch {
    return unknown('disk')
  }
}

function unknown(name: string): Finding {
  return { name, severity: 'unknown', text: 'unknown (there is no such file)', value: null }
}

function sizeText(bytes: number): string {
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`
}
