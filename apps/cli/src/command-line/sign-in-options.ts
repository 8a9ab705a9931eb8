import type { SignInClient, SignInOptions } from '@mcpstore/core'
import { isMetadataUrl } from '@mcpstore/core/sign-in-client'
import type { CommandContext } from '../command.ts'
import { usageError } from '../failures/cli-error.ts'
import { untilInterrupted } from '../store/store-session.ts'
import type { OptionValues } from './options.ts'

const LAST_PORT = 65_535

/** Which client signs in, and where the browser comes back to. @throws `usage`, without what a secret is */
export async function signInOptions(
  context: CommandContext,
  values: OptionValues,
): Promise<Pick<SignInOptions, 'client' | 'callbackPort'>> {
  const port = values['callback-port']
  if (port !== undefined && !(/^\d{1,5}$/.test(port) && Number(port) > 0 && Number(port) <= LAST_PORT)) {
    throw usageError(
      `--callback-port cannot be "${port}"`,
      `Write a number from 1 to ${LAST_PORT}: --callback-port 8765`,
    )
  }
  const client = await clientOf(context, values)
  return { ...(client && { client }), ...(port !== undefined && { callbackPort: Number(port) }) }
}

async function clientOf(context: CommandContext, values: OptionValues): Promise<SignInClient | undefined> {
  const { 'client-id': id, 'client-metadata': metadataUrl } = values
  const fromStdin = values['client-secret-stdin'] === true
  const variable = values['client-secret-env']
  const hasSecret = fromStdin || variable !== undefined
  if (metadataUrl !== undefined) {
    if (id !== undefined || hasSecret) {
      throw usageError(
        '--client-metadata is the client: it has no other id, and no secret',
        'Leave out one of them.',
      )
    }
    if (!isMetadataUrl(metadataUrl)) {
      const example = '--client-metadata https://example.com/mcpstore.json'
      throw usageError(
        `--client-metadata cannot be "${metadataUrl}"`,
        `Write an https address with a path: ${example}`,
      )
    }
    return { metadataUrl }
  }
  if (id === undefined) {
    if (hasSecret)
      throw usageError('a secret was given without the client that it is of', 'Add --client-id ID.')
    return undefined
  }
  if (id.trim() === '')
    throw usageError('--client-id is empty', 'Write the id that its provider gave: --client-id ID')
  if (!hasSecret) return { id }
  if (fromStdin && variable !== undefined) {
    throw usageError('--client-secret-env is given beside --client-secret-stdin', 'Leave out one of them.')
  }
  const secret = fromStdin ? await fromInput(context) : context.env[variable!]?.trim()
  if (secret) return { id, secret }
  const where = fromStdin ? 'stdin' : `the variable ${variable}`
  throw usageError(
    `there is no secret in ${where}`,
    fromStdin
      ? 'Pipe it in: mcpstore login … --client-secret-stdin < FILE'
      : `Set it first: read -rs ${variable}; export ${variable}`,
  )
}

/** The first line: what is written into a file mostly ends with its end. */
async function fromInput({ readStdin, signal }: CommandContext): Promise<string | undefined> {
  return (await untilInterrupted(signal, readStdin())).split(/\r?\n/, 1)[0]?.trim()
}
