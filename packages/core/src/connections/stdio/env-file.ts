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
    const fault = lineFault(text)
    if (fault) throw refused(fault)
    return { ...rest, env: { ...parseEnv(text), ...config.env } as Record<string, string> }
  } catch (thrown) {
    const { code, message } = asError(thrown) as NodeJS.ErrnoException
    if (code === 'bad_config') throw thrown
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') throw refused('it is not UTF-8 text')
    throw refused(faults[code ?? ''] ?? message, thrown)
  }
}

/** The first line that sets nothing, or not what it seems to: `parseEnv` says nothing of either. */
function lineFault(text: string): string | undefined {
  const lines = text.split('\n').map((line) => line.trim())
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]!
    if (line === '' || line.startsWith('#')) continue
    const [, value] = /^(?:export )?[^\s=]+\s*=\s*(.*)$/s.exec(line) ?? []
    if (value === undefined) return `line ${at + 1} is no NAME=value`
    const quote = /^["'`]/.exec(value)?.[0]
    if (!quote || value.includes(quote, 1)) continue
    const end = lines.findIndex((later, index) => index > at && later.includes(quote))
    const rest = lines[end]?.slice(lines[end]!.indexOf(quote) + 1).trim()
    // What stands behind it shows that the quote that was found opens another one.
    if (rest === undefined || /^[^#]/.test(rest)) return `line ${at + 1} opens a quote that is not closed`
    at = end
  }
  return undefined
}
