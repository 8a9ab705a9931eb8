/** Stands for a current folder that was removed: nothing is there, and nothing can be made there. */
export const REMOVED = '/dev/null/removed'

/** Where the shell is, as far as that folder still exists. */
export function currentFolder({ cwd }: { cwd(): string }): string {
  try {
    return cwd()
  } catch {
    return REMOVED
  }
}
