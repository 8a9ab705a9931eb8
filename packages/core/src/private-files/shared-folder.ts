import { statfsSync } from 'node:fs'

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

/** Whether other machines may have this folder, as far as can be told. */
export function isSharedFolder(folder: string): boolean {
  try {
    // Some of these are negative where the field has 32 bits.
    return SHARED.has(statfsSync(folder).type >>> 0)
  } catch {
    return false
  }
}
