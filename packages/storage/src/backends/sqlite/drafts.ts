import { createHash, randomBytes } from 'node:crypto'
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { bootOfMachine, isSharedFolder, thisMachine } from '../../presence/machine.ts'

const DRAFT = /\.(\d+)-([0-9a-f]{16})-[0-9a-f]{8}(?:-\w+)?$/

/** The name of a file that is being made, which tells by whom. */
export function draftOf(file: string): string {
  return `${file}.${process.pid}-${placeOfIds()}-${randomBytes(4).toString('hex')}`
}

/**
 * Removes what processes of this machine left in a folder that were killed while they made a file. In one that other machines
 * may have it stays: a copy of this machine is taken for it. Never throws.
 */
export function removeDeadDrafts(folder: string): void {
  if (isSharedFolder(folder)) return
  const { isRunning } = thisMachine()
  const here = placeOfIds()
  try {
    for (const name of readdirSync(folder)) {
      const [, pid, place] = DRAFT.exec(name) ?? []
      if (place === here && !isRunning(Number(pid))) rmSync(join(folder, name), { force: true })
    }
  } catch {
    // It stays, and does no harm.
  }
}

let ids: string | undefined

/** Where an id of a process means the same as here: short, as names have an end. One of its own where nobody can tell. */
function placeOfIds(): string {
  ids ??= digestOf(bootOfMachine(), thisMachine().space)
  return ids
}

function digestOf(boot: string, space: string): string {
  if (boot === '') return randomBytes(8).toString('hex')
  return createHash('sha256').update(`${boot} ${space}`).digest('hex').slice(0, 16)
}
