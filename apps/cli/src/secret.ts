import { readFileSync } from 'node:fs'
import type { StoreOptions } from '@mcpstore/core'
import { usageError } from './cli-error.ts'

/** What the environment says of the secret of a dataspace. Never an option: everybody on the machine can read command lines. */
const SECRET_VARIABLES = ['MCPSTORE_SECRET', 'MCPSTORE_SECRET_PREVIOUS', 'MCPSTORE_SECRET_FILE'] as const

/**
 * The secret of `MCPSTORE_SECRET`, with the previous ones of `MCPSTORE_SECRET_PREVIOUS`, one a line; or both from the lines of
 * `MCPSTORE_SECRET_FILE`, the current one first. @throws `usage`
 */
export function secretOf(env: NodeJS.ProcessEnv): StoreOptions['secret'] {
  const { MCPSTORE_SECRET: given, MCPSTORE_SECRET_PREVIOUS: before, MCPSTORE_SECRET_FILE: file } = env
  if (!file) {
    const [current] = given?.trim() ? [given] : []
    const previous = linesOf(before ?? '')
    if (current !== undefined) return { current, previous }
    if (previous.length === 0) return undefined
    throw usageError(
      'MCPSTORE_SECRET_PREVIOUS is set without MCPSTORE_SECRET',
      'Set the current secret, too.',
    )
  }
  if (given || before) {
    throw usageError('MCPSTORE_SECRET_FILE is set beside MCPSTORE_SECRET', 'Set one of them.')
  }
  const [current, ...previous] = linesOf(read(file))
  if (current === undefined) throw usageError(`MCPSTORE_SECRET_FILE is empty: ${file}`)
  return { current, previous }
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
