import { homedir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'

export interface HomeOptions {
  /** Goes before everything else. */
  home?: string | undefined
  env?: Record<string, string | undefined> | undefined
}

/**
 * Where mcpstore keeps its files, the same on every platform: `home`, else `MCPSTORE_HOME`, else `mcpstore` in `XDG_DATA_HOME`
 * or in `~/.local/share`.
 */
export function homeFolder({ home, env = process.env }: HomeOptions = {}): string {
  const named = home || env['MCPSTORE_HOME']
  if (named) return resolve(named)
  const data = env['XDG_DATA_HOME'] ?? ''
  // The XDG specification has relative paths ignored.
  return join(isAbsolute(data) ? data : join(env['HOME'] || homedir(), '.local', 'share'), 'mcpstore')
}
