import { statSync } from 'node:fs'
import { shellWord } from '@mcpstore/core/shell-words'
import type { DataspaceSecret } from './secret.ts'

/** What is shorter can be found by trying. */
const SHORTEST_SAFE = 16
const OTHERS_MAY_READ = 0o044

/** What makes a secret less of one than whoever gave it thinks: others may read its file, or find it by trying. */
export function secretWarnings(
  { current, previous }: DataspaceSecret,
  env: NodeJS.ProcessEnv,
): { message: string; hint: string }[] {
  const warnings: { message: string; hint: string }[] = []
  const file = env['MCPSTORE_SECRET_FILE']
  if (file !== undefined && mayBeReadByOthers(file)) {
    const message = `others on this machine may read the secret of the dataspace in ${file}`
    warnings.push({ message, hint: `chmod 600 ${shellWord(file)}` })
  }
  if ([current, ...previous].some(({ length }) => length < SHORTEST_SAFE)) {
    const message = `a secret of the dataspace is shorter than ${SHORTEST_SAFE} characters: who can read the data may find it by trying`
    warnings.push({ message, hint: 'Make a longer one, openssl rand -base64 32, and change to it.' })
  }
  return warnings
}

/** What is no plain file, as the pipe of `<(pass show team)`, has no mode that says anything; on Windows no file has. */
function mayBeReadByOthers(file: string): boolean {
  if (process.platform === 'win32') return false
  const stat = statSync(file, { throwIfNoEntry: false })
  return stat?.isFile() === true && (stat.mode & OTHERS_MAY_READ) !== 0
}
