import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { answerRequests } from '../../../tests/support/worker-requests.ts'
import { openFile } from '../src/backends/sqlite/database.ts'

// With this argument its folders are those of a network.
if (process.argv[2] === 'shared') {
  const statfs = fs.statfsSync
  const shared = (...args: Parameters<typeof statfs>) => ({ ...statfs(...args), type: 0x6969 })
  Object.assign(fs, { statfsSync: shared })
  syncBuiltinESMExports()
}

/** A process that makes the file of a dataspace. */
export const requests = {
  make: async (file: string): Promise<void> => {
    const { db } = await openFile(file, { kind: 'dataspace' })
    db.close()
  },
  /** Has this process stand still right before it calls this function of node:fs for a draft. */
  stopBefore: (name: 'linkSync' | 'rmSync'): void => {
    const call = fs[name] as (...args: unknown[]) => void
    const callLater = (...args: unknown[]): void => {
      if (/-[0-9a-f]{8}$/.test(String(args[0]))) process.kill(process.pid, 'SIGSTOP')
      call(...args)
    }
    Object.assign(fs, { [name]: callLater })
    syncBuiltinESMExports()
  },
}

answerRequests(requests)
