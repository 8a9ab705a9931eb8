import { readFile, stat } from 'node:fs/promises'
import { parseEnv } from 'node:util'
import type { StdioConfig } from '../../config/service-config.ts'
import { asError, storeError } from '../../errors.ts'

const LARGEST_BYTES = 1024 * 1024

const faults: Record<string, string> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'a part of the path is no folder',
  EACCES: 'it may not be read',
}

/**
 * The config with the variables of its `envFile` in its `env`, where what stands there already stays. They are taken as
 * they are: nothing is filled in. @throws `bad_config`, never with a value
 */
export async function withEnvFile(service: string, config: StdioConfig): Promise<StdioConfig> {
  const { envFile, ...rest } = config
  if (envFile === undefined) return config
  const refused = (why: string, cause?: unknown) =>
    storeError('bad_config', `service "${service}": cannot use envFile ${envFile}: ${why}`, {
      hint: 'Correct "envFile" in its config, or the file.',
      cause,
    })
  try {
    const found = await stat(envFile)
    if (!found.isFile()) throw refused('it is no file')
    if (found.size > LARGEST_BYTES) throw refused('it is larger than 1 MiB')
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await readFile(envFile))
    if (text.includes('\0')) throw refused('it holds a NUL character')
    const variables = parseEnv(text) as Record<string, string>
    if (Object.keys(variables).some((name) => /\s/.test(name))) throw refused('a line of it is no NAME=value')
    return { ...rest, env: { ...variables, ...config.env } }
  } catch (thrown) {
    const { code, message } = asError(thrown) as NodeJS.ErrnoException
    if (code === 'bad_config') throw thrown
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') throw refused('it is not UTF-8 text')
    throw refused(faults[code ?? ''] ?? message, thrown)
  }
}
