import { homedir, userInfo } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'

export interface HomeOptions {
  /** Goes before everything else. */
  home?: string | undefined
  env?: Record<string, string | undefined> | undefined
  /** From where a relative folder is looked up. Default: the process's. */
  cwd?: string | undefined
}

/** The home of who has none, as systems have it in their lists of users. */
const NOWHERE = '/nonexistent'

/**
 * Where mcpstore keeps its files, the same on every platform: `home`, else `MCPSTORE_HOME`, else `mcpstore` in `XDG_DATA_HOME`
 * or in `~/.local/share`. In the first two `~` at the beginning is the user's home folder, as a shell leaves it in quotes and
 * behind `=`.
 */
export function homeFolder({ home, env = process.env, cwd = '' }: HomeOptions = {}): string {
  const named = home || env['MCPSTORE_HOME']
  if (named) return resolve(cwd, /^~(?:\/|$)/.test(named) ? join(userHome(env), named.slice(1)) : named)
  const data = env['XDG_DATA_HOME'] ?? ''
  // The XDG specification has relative paths ignored.
  return join(isAbsolute(data) ? data : join(userHome(env), '.local', 'share'), 'mcpstore')
}

/** The user's home folder, `/nonexistent` where nothing tells it. What is no whole path is none. */
export function userHome(env: Record<string, string | undefined> = process.env): string {
  const told = env[process.platform === 'win32' ? 'USERPROFILE' : 'HOME']
  for (const way of [() => told, homedir, () => userInfo().homedir]) {
    try {
      const home = way()
      if (home && isAbsolute(home)) return home
    } catch {
      // Node has no word for it but an error.
    }
  }
  return NOWHERE
}
