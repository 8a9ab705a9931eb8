import type { DataspaceList } from '@mcpstore/core'
import type { CommandContext, CommandInput } from '../command.ts'
import { formatAge } from '../command-line/duration.ts'
import { usageError } from '../failures/cli-error.ts'
import { unnamedFile, writeWarning } from '../failures/failure.ts'
import { writeJson } from '../output/json.ts'
import { writeNote } from '../output/output.ts'
import { sizeText } from '../output/text/size-text.ts'
import { type Cell, renderTable } from '../output/text/table.ts'
import { visibleLine } from '../output/text/terminal-text.ts'
import { untilInterrupted } from '../store/store-session.ts'

const header: Cell[] = ['DATASPACE', 'KEYS', 'SIZE', 'LAST SEEN', ''].map((text) => ({ text, style: 'dim' }))

/** `dataspaces`: the dataspaces of the namespace, and what they take; none of them is opened for it. */
export async function dataspaces(context: CommandContext, { values }: CommandInput): Promise<number> {
  const { err, out, settings, signal } = context
  const { json, namespace } = settings
  if (values.dataspace !== undefined) {
    throw usageError('"dataspaces" lists all of the namespace', 'Leave out --dataspace.')
  }
  const found = await untilInterrupted(signal, context.listDataspaces())
  if (json) {
    writeJson(out, { namespace, ...found })
    return 0
  }
  if (found.dataspaces.length > 0) out.write(renderTable([header, ...found.dataspaces.map(rowOf)], out))
  else writeNote(out, `there is no dataspace in ${visibleLine(`namespace ${namespace}`)}\n`)
  for (const file of found.unnamed) writeWarning(err, unnamedFile(file), 'Use it with --dataspace NAME.')
  return 0
}

function rowOf({ name, keys, bytes, age, problem = '' }: DataspaceList['dataspaces'][number]): Cell[] {
  return [
    visibleLine(name),
    String(keys ?? '-'),
    bytes === null ? '-' : sizeText(bytes),
    age === null ? '-' : `${formatAge(age)} ago`,
    { text: visibleLine(problem), style: 'yellow' },
  ]
}
