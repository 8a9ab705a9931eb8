const MAKE_ROOM = 'Free some space, or use another folder with --home or MCPSTORE_HOME.'
const ELSEWHERE = 'Its file system is read-only: use another folder with --home or MCPSTORE_HOME.'

const remedies: Readonly<Record<string, string>> = {
  ENOSPC: MAKE_ROOM,
  EDQUOT: MAKE_ROOM,
  EFBIG: MAKE_ROOM,
  EROFS: ELSEWHERE,
}

/** What to do about a file of the user's own that could not be written, by what the system said. */
export function writeRemedy(thrown: unknown): string {
  const { code = '' } = (thrown ?? {}) as { code?: string }
  return Object.hasOwn(remedies, code) ? remedies[code]! : 'Make its folder one that you may write to.'
}
