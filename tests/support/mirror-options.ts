import { mirrorFile } from '@mcpstore/storage'

/** Where a process keeps a dataspace of Redis. */
export interface MirrorOptions {
  url: string
  home: string
  dataspace: string
  /** How long connecting, the answer to one command, and the first write of an outage may take, in ms; see `MemberOptions`. */
  waitMs?: number
  /** Not the file that follows from the others. */
  mirror?: string
}

/** The file that a process with these options uses. */
export function mirrorOf({ home, dataspace, mirror }: MirrorOptions): string {
  return mirror ?? mirrorFile(home, 'target', 'default', dataspace)
}
