import { readFileSync, readlinkSync, statfsSync } from 'node:fs'
import { hostname } from 'node:os'

/** As statfs(2) calls the file systems that several machines can have at once: of a network, or of a host and its guests. */
const SHARED = new Set([
  0x6969, // NFS
  0x517b, // SMB
  0xfe534d42, // SMB 2
  0xff534d42, // CIFS
  0x01021997, // 9P
  0x65735546, // FUSE: virtiofs, sshfs
  0x00c36400, // Ceph
  0x5346414f, // AFS
  0x0bd00bd0, // Lustre
  0x47504653, // GPFS
  0x7461636f, // OCFS2
  0x01161970, // GFS2
  0x786f4256, // VirtualBox
  0xbacbacbc, // VMware
])

/** A machine as far as ids of processes mean the same on it. */
export interface Machine {
  host: string
  /** Containers may share the name of a host and have ids of their own; empty where nobody can tell. */
  space: string
  pid: number
  isRunning(pid: number): boolean
}

/** The machine this process runs on. */
export function thisMachine(): Machine {
  return { host: hostname(), space: processSpace(), pid: process.pid, isRunning }
}

/**
 * Tells this run of this machine from every other: a folder may be shared by machines of one name. Empty where nobody can
 * tell, so that none is taken for this one.
 */
export function bootOfMachine(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    return ''
  }
}

/** Whether other machines may have this folder, as far as can be told; copies of a virtual machine have all the rest in common. */
export function isSharedFolder(folder: string): boolean {
  try {
    // Some of these are negative where the field has 32 bits.
    return SHARED.has(statfsSync(folder).type >>> 0)
  } catch {
    return false
  }
}

function processSpace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return ''
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}
