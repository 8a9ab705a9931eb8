import { readFileSync } from 'node:fs'
import { usageError } from '../failures/cli-error.ts'

/** What the environment says of the secret of a dataspace. Never an option: everybody on the machine can read command lines. */
const SECRET_VARIABLES = ['MCPSTORE_SECRET', 'MCPSTORE_SECRET_PREVIOUS', 'MCPSTORE_SECRET_FILE'] as const

/** The secret of a dataspace, and those of before, newest first. */
export interface DataspaceSecret {
  current: string
  previous: string[]
}

const EMPTY_HINTS = {
  MCPSTORE_SECRET: 'Set it to the secret of the dataspace, or unset it to have none.',
  MCPSTORE_SECRET_FILE: 'Set it to the path of a file with the secret, or unset it to have none.',
}

/**
 * The secret of `MCPSTORE_SECRET`, with the previous ones of `MCPSTORE_SECRET_PREVIOUS`, one a line; or both from the lines of
 * `MCPSTORE_SECRET_FILE`, the current one first. What is set to nothing is no "none": who meant to give a secret would write
 * without one, and not know. @throws `usage`
 */
export function secretOf(env: NodeJS.ProcessEnv): DataspaceSecret | undefined {
  const { MCPSTORE_SECRET: given, MCPSTORE_SECRET_PREVIOUS: before, MCPSTORE_SECRET_FILE: file } = env
  for (const variable of ['MCPSTORE_SECRET', 'MCPSTORE_SECRET_FILE'] as const) {
    if (env[variable]?.trim() === '') throw usageError(`${variable} is empty`, EMPTY_HINTS[variable])
  }
  const previous = linesOf(before ?? '')
  if (file !== undefined) {
    if (given !== undefined || previous.length > 0) {
      const [beside] = given === undefined ? ['MCPSTORE_SECRET_PREVIOUS'] : ['MCPSTORE_SECRET']
      throw usageError(`MCPSTORE_SECRET_FILE is set beside ${beside}`, 'Set one of them.')
    }
    const [current, ...older] = linesOf(read(file))
    if (current === undefined) {
      throw usageError(
        `MCPSTORE_SECRET_FILE is empty: ${file}`,
        'Its first line has to be the secret: openssl rand -base64 32 makes one.',
      )
    }
    return { current, previous: older }
  }
  if (given !== undefined) return { current: given, previous }
  if (previous.length === 0) return undefined
  throw usageError('MCPSTORE_SECRET_PREVIOUS is set without MCPSTORE_SECRET', 'Set the current secret, too.')
}

/** The environment without them: no placeholder of a config is filled in with the secret. */
export function withoutSecrets(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const rest = { ...env }
  for (const variable of SECRET_VARIABLES) delete rest[variable]
  return rest
}

function linesOf(text: string): string[] {
  return text.split(/\r?\n/).filter((line) => line.trim() !== '')
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (thrown) {
    throw usageError(
      `MCPSTORE_SECRET_FILE cannot be read: ${(thrown as Error).message}`,
      'Check the path, and that you may read it.',
    )
  }
}
