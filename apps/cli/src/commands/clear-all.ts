import type { Durability } from '@mcpstore/core'
import type { CommandContext } from '../command.ts'
import type { OptionValues } from '../command-line/options.ts'
import { usageError } from '../failures/cli-error.ts'
import { exitCodes } from '../failures/exit-codes.ts'
import {
  type Failure,
  failureOf,
  reportFailure,
  unnamedFile,
  warnOfRest,
  warnOfWaiting,
  writeProblem,
  writeWarning,
} from '../failures/failure.ts'
import { writeJson } from '../output/json.ts'
import { writeNote, writeToDecide } from '../output/output.ts'
import { visibleLine } from '../output/text/terminal-text.ts'
import { settle } from '../store/durability.ts'
import { untilInterrupted, withStoreToChange } from '../store/store-session.ts'

/** What became of one dataspace. */
interface Cleared {
  dataspace: string
  removed?: string[]
  durable?: Durability
  warnings?: string[]
  error?: Failure
}

/** `clear --all-dataspaces [--yes]`: forgets every service of every dataspace of the namespace, after asking. */
export async function clearAll(context: CommandContext, values: OptionValues): Promise<number> {
  const { json, namespace } = context.settings
  const { confirm, err, out, signal } = context
  if (values.dataspace !== undefined) {
    throw usageError('--dataspace and --all-dataspaces contradict each other', 'Leave one of them out.')
  }
  if (!values.yes && (json || !confirm)) {
    throw usageError('"clear" removes every service of all dataspaces of the namespace', 'Say so with --yes.')
  }
  const { dataspaces, unnamed } = await untilInterrupted(signal, context.listDataspaces())
  const names = dataspaces.map(({ name }) => name)
  const where = visibleLine(`namespace ${namespace}`)
  if (!json) {
    for (const { message, hint } of unnamed.map(leftAlone)) writeWarning(err, message, hint)
    if (names.length === 0) writeNote(out, `there is no dataspace in ${where}\n`)
    for (const name of names) writeToDecide(err, `${visibleLine(name)}\n`, values.yes === true)
  }
  if (!values.yes && names.length > 0) {
    const question = `Remove every service from ${names.length === 1 ? 'this dataspace' : `these ${names.length} dataspaces`} of ${where}?`
    if (!(await untilInterrupted(signal, confirm!(question)))) {
      writeNote(err, 'Nothing was removed.\n')
      return 1
    }
  }
  const results: Cleared[] = []
  // One after the other: what was done when it is interrupted was done whole.
  for (const dataspace of names) results.push(await clearOne(context, dataspace))
  const failed = results.flatMap(({ error }) => error ?? [])
  if (json) {
    writeJson(out, { namespace, dataspaces: results, unnamed })
    const [first = unnamed[0] && leftAlone(unnamed[0])] = failed
    if (first) reportFailure(err, first, context.settings)
  } else {
    for (const { dataspace, removed, error } of results) {
      const name = visibleLine(dataspace)
      if (error) writeProblem(err, 'failed', `${name}: ${error.message}`, error.hint)
      else
        writeNote(
          out,
          `removed ${removed!.length === 1 ? '1 service' : `${removed!.length} services`} from ${name}\n`,
        )
    }
  }
  if (failed[0]) return failed.length === results.length ? exitCodes[failed[0].code] : 1
  return unnamed.length > 0 ? 1 : 0
}

function leftAlone(file: string): Failure {
  const message = `${unnamedFile(file)}: it is left alone`
  return { code: 'usage', message, hint: 'Clear it with --dataspace NAME.' }
}

async function clearOne(context: CommandContext, dataspace: string): Promise<Cleared> {
  const own = { ...context, openStore: () => context.openStore(dataspace) }
  try {
    return await withStoreToChange(own, async (store) => {
      const removed = (await store.forStore().listServices()).map(({ name }) => name)
      const { warnings, ...cleared } = await store.clear()
      const { durable, lost, waiting } = await settle(cleared.durable, store)
      if (lost) throw lost
      warnOfRest(own, warnings)
      warnOfWaiting(own, waiting)
      return { dataspace, removed, durable, ...(warnings && { warnings }) }
    })
  } catch (thrown) {
    const error = failureOf(thrown)
    if (error.code === 'aborted') throw thrown
    return { dataspace, error }
  }
}
