import { readFile } from 'node:fs/promises'
import type { ClientExport } from '@mcpstore/core'
import { shellWord } from '@mcpstore/core/shell-words'
import type { CommandContext } from '../command.ts'
import { usageError } from '../failures/cli-error.ts'
import { warnOfQuarantined, writeWarning } from '../failures/failure.ts'
import { pathFrom } from '../process/existing-folder.ts'
import { writePrivateFile } from '../process/private-file.ts'
import { withStore } from '../store/store-session.ts'
import { writeJson } from './json.ts'
import { paint, writeNote } from './output.ts'
import { visibleLine } from './text/terminal-text.ts'

interface ExportAs {
  client: string
  /** The file as it was written, `-` for stdout. */
  written: string
  force: boolean
}

/** `export --as CLIENT`: the store's services in the words of another client; what it has none for is named on stderr. */
export async function exportAs(
  context: CommandContext,
  { client, written, force }: ExportAs,
): Promise<number> {
  const { err, out, settings } = context
  if (written === '-' && force) throw usageError('--force is about a file, and none is named')
  return withStore(context, async (store) => {
    const file = written === '-' ? written : pathFrom(context.cwd, written)
    const over = force ? await textOf(file, written) : ''
    const made = await store.forStore().exportFor(client, { over })
    if (!settings.json) warnOfQuarantined(err, store.status())
    if (written === '-') {
      if (settings.json) writeJson(out, made)
      else out.write(made.text)
    } else {
      const toForce = `mcpstore export ${shellWord(written)} --as ${made.client} --force`
      await writePrivateFile(file, made.text, { written, force, toForce })
      const { text: _, ...told } = made
      if (settings.json) writeJson(out, { file, ...told })
      else {
        const count = made.services.length === 1 ? '1 service' : `${made.services.length} services`
        writeNote(out, `exported ${count} to ${visibleLine(written)}, for ${made.title}\n`)
        writeNote(
          err,
          `${paint(err, 'dim', 'It holds every secret that stands in a config: keep it to yourself.')}\n`,
        )
      }
    }
    if (!settings.json) writeUnsaid(context, made)
    return 0
  })
}

function writeUnsaid({ err }: CommandContext, { services, left }: ClientExport): void {
  for (const { name, unsaid } of services) for (const what of unsaid) writeWarning(err, `${name}: ${what}`)
  for (const { name, why } of left) writeWarning(err, `${name} is left out: ${why}`)
}

/** What would be written over; nothing where there is no file. @throws `usage` */
async function textOf(file: string, written: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (thrown) {
    const { code, message } = thrown as NodeJS.ErrnoException
    if (code === 'ENOENT') return ''
    throw usageError(`"${written}" cannot be read, and may hold more than services: ${message}`)
  }
}
