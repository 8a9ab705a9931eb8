import { asError, storeError } from '../errors.ts'

/** Reads TOML. Throws `bad_config` with line and column; `source` says where the text came from. */
export async function parseTomlText(text: string, source: string): Promise<unknown> {
  const { parse, TomlError } = await import('smol-toml')
  try {
    return parse(text.replace(/^\uFEFF/, ''))
  } catch (error) {
    const place = error instanceof TomlError ? `line ${error.line}, column ${error.column}: ` : ''
    // The library shows the lines around the mistake, which may hold secrets.
    const [fault = ''] = asError(error)
      .message.replace(/^Invalid TOML document: /, '')
      .split('\n')
    throw storeError('bad_config', `${source} is not valid TOML: ${place}${fault}`, { cause: error })
  }
}
