import { isUtf8 } from 'node:buffer'
import { createReadStream } from 'node:fs'
import { readFileInput } from '../additions/add-input.ts'
import type { CommandContext } from '../command.ts'
import { CliError, usageError } from '../failures/cli-error.ts'
import { readBytes } from '../process/stream-text.ts'
import { untilInterrupted } from '../store/store-session.ts'
import type { ArgumentWords, WrittenText } from './arguments.ts'

type Reader = Pick<CommandContext, 'cwd' | 'signal' | 'readStdin'>

/** The same words with the texts that stand in files. Throws `usage` for a file that cannot be read. */
export async function readArgumentFiles(
  context: Reader,
  { texts, json }: ArgumentWords<WrittenText>,
): Promise<ArgumentWords> {
  const read = new Map<string, string[]>()
  for (const [name, values] of texts) {
    const own: string[] = []
    for (const value of values)
      own.push('text' in value ? value.text : await readNamed(context, name, value.file))
    read.set(name, own)
  }
  return { texts: read, json }
}

async function readNamed(context: Reader, name: string, file: string): Promise<string> {
  const hint = `A text that begins with @ is written with two, ${name}=@@…, or after --.`
  if (file === '') throw usageError(`argument "${name}" names no file after @`, hint)
  return readTextFile(context, file, hint)
}

/** The text in a file, in a named pipe, or on stdin (`-`). Throws `usage`, with the hint, where there is none. */
export async function readTextFile(context: Reader, file: string, hint: string): Promise<string> {
  if (file === '-' || file === '/dev/stdin') return untilInterrupted(context.signal, context.readStdin())
  const input = await readFileInput(context, file, hint)
  if (typeof input === 'string') return input
  const bytes = await readBytes(createReadStream(input.file), `"${file}"`).catch((thrown) => {
    if (thrown instanceof CliError) throw thrown
    throw usageError(`"${file}" cannot be read: ${thrown.message}`, hint)
  })
  if (isUtf8(bytes)) return bytes.toString('utf8')
  throw usageError(`"${file}" holds no text in UTF-8`, 'Encode it first, for example with base64.')
}
