import fs, { closeSync, openSync, rmSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { answerRequests } from '../../../tests/support/worker-requests.ts'
import { whileLocked } from '../src/private-files/file-lock.ts'
import { ApprovalFile } from '../src/trust/approval-file.ts'

let attempts = 0
// With this argument its folders are those of a network.
if (process.argv[2] === 'shared') {
  const statfs = fs.statfsSync
  fs.statfsSync = ((...args: Parameters<typeof statfs>) => ({
    ...statfs(...args),
    type: 0x6969,
  })) as typeof statfs
}
let isInside = false
let leave = () => {}
let passing: Promise<void> | undefined

const open = fs.openSync
fs.openSync = (path, flags, mode) => {
  if (flags === 'wx' && String(path).endsWith('.lock')) attempts++
  return open(path, flags, mode)
}
syncBuiltinESMExports()

/** A process that takes the lock of a file. */
export const requests = {
  /** Resolves when it has the lock, and keeps it until it is told to `leave`. */
  enter: (file: string): Promise<void> =>
    new Promise((entered, failed) => {
      passing = whileLocked(file, async () => {
        isInside = true
        const left = new Promise<void>((resolve) => {
          leave = resolve
        })
        entered()
        await left
        isInside = false
      })
      passing.catch(failed)
    }),
  leave: async (): Promise<void> => {
    leave()
    await passing
  },
  /** Takes the lock, and looks whether it is alone. Throws where it is not. */
  pass: (file: string): Promise<void> =>
    whileLocked(file, async () => {
      const inside = openSync(`${file}.inside`, 'wx')
      await new Promise((resolve) => setImmediate(resolve))
      closeSync(inside)
      rmSync(`${file}.inside`)
    }),
  /** Approves something. */
  approve: async (path: string): Promise<void> => {
    const space = { namespace: 'n', dataspace: 'd', scope: 'store' }
    const approval = { ...space, service: String(process.pid), sha256: '0', id: '1' }
    await new ApprovalFile(path).change((all) => void all.set(approval.service, approval))
  },
  /** How often it has tried to take a lock, and whether it has one. */
  state: (): { attempts: number; isInside: boolean } => ({ attempts, isInside }),
  /** Has this process stand still right before it takes a file away whose path begins so. */
  stopBeforeRemoving: (path: string): void => {
    const { renameSync, rmSync } = fs
    const stopping =
      (remove: (...args: never[]) => void) =>
      (...args: unknown[]): void => {
        if (String(args[0]).startsWith(path)) {
          Object.assign(fs, { renameSync, rmSync })
          syncBuiltinESMExports()
          process.kill(process.pid, 'SIGSTOP')
        }
        remove(...(args as never[]))
      }
    Object.assign(fs, { renameSync: stopping(renameSync), rmSync: stopping(rmSync) })
    syncBuiltinESMExports()
  },
}

answerRequests(requests)
