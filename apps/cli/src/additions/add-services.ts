import { isAbsolute } from 'node:path'
import type { AddInput, AddOptions, AddReport, Store, StoreContext } from '@mcpstore/core'
import type { CommandContext } from '../command.ts'
import type { OptionValues } from '../command-line/options.ts'
import { CliError } from '../failures/cli-error.ts'
import { exitCodes } from '../failures/exit-codes.ts'
import { failureOf, naming, reportFailure, warnOfWaiting } from '../failures/failure.ts'
import { exitOfFailures } from '../failures/partial-failure.ts'
import { addDocument, writeAddReport } from '../output/add-report.ts'
import { writeJson } from '../output/json.ts'
import { writeNote } from '../output/output.ts'
import { existingFolder } from '../process/existing-folder.ts'
import { settle, unsureWarning } from '../store/durability.ts'
import { servicesOf, untilInterrupted, whileWaiting } from '../store/store-session.ts'
import { type Check, checkServices } from './service-check.ts'

interface Adding {
  values: OptionValues
  /** Whether a `server.json` is to be added. */
  confirm?: AddOptions['confirm']
  /** What `--json` says beside the report. */
  beside?: object
}

/** Adds what is described, says what became of it, and answers the exit code. */
export async function addServices(
  context: CommandContext,
  store: Store,
  described: AddInput,
  { values, confirm, beside = {} }: Adding,
): Promise<number> {
  const services = servicesOf(store, values)
  const ifAbsent = values['if-absent'] ?? false
  const options = {
    cwd: mayStartPrograms(described) ? existingFolder(context.cwd) : context.cwd,
    ifAbsent,
    ...(confirm && { confirm }),
    ...(values.offer && { offer: Number(values.offer) }),
  }
  const report = await services.addService(described, options)
  if (report.results.length === 0) writeNote(context.err, 'Nothing was added.\n')
  const kept = report.results.filter(({ status }) => status !== 'failed').map(({ name }) => name)
  const checks = values.check ? await checked(context, services, report, kept) : []
  const isChanged = report.results.some(({ status }) => status === 'added' || status === 'updated')
  const { durable, lost, waiting } = report.durable ? await settle(report.durable, store) : {}
  const settled = { ...report, ...(durable && { durable }) }
  if (context.settings.json)
    writeJson(context.out, { ...beside, ...addDocument(settled, { checks, env: context.env }) })
  else writeAddReport(context, { report: settled, checks: lost ? [] : checks, ...store.status() })
  if (lost && kept.length > 0) throw lost
  const isSent = isChanged || store.status().pendingWrites > 0
  if (kept.length > 0) warnOfWaiting(context, waiting && (isSent ? waiting : unsureWarning(store.status())))
  return report.results.length === 0 ? 1 : exitOf(context, report, checks)
}

/** Whether programs may be in it that run in the current folder. */
function mayStartPrograms(described: AddInput): boolean {
  if (typeof described === 'string') return true
  const { command, cwd } = described as { command?: unknown; cwd?: unknown }
  return command !== undefined && !(typeof cwd === 'string' && isAbsolute(cwd))
}

/** What came of connecting to what was added. An interrupted check undoes nothing, and says so. */
async function checked(
  context: CommandContext,
  services: StoreContext,
  { durable }: AddReport,
  names: readonly string[],
): Promise<Check[]> {
  const { settings, signal } = context
  const list = names.join(', ')
  try {
    return await whileWaiting(context, `checking ${list}`, () =>
      untilInterrupted(signal, checkServices(services, names, settings.timeoutMs)),
    )
  } catch (thrown) {
    if (!signal.aborted || durable === 'memory') throw thrown
    throw new CliError('aborted', `added, and not checked: ${list}`, 'To see how they are: mcpstore check')
  }
}

/** The exit code. Text output has named each failure already; `--json` still owes its one line. */
function exitOf(context: CommandContext, { results }: AddReport, checks: readonly Check[]): number {
  const { json } = context.settings
  const say = (error: unknown): void => {
    if (json) reportFailure(context.err, error, context.settings)
  }
  const failed = results.filter(({ status }) => status === 'failed')
  const [first] = failed
  if (first) {
    const { code = 'bad_config', message = '', hint } = first.error ?? {}
    const became = code === 'outcome_unknown' ? 'may have been added or not' : 'could not be added'
    const summary = `${failed.length} of ${results.length} entries ${became}`
    say({ code, message: `${summary}; ${naming(first.name, message)}`, hint })
    const exits = new Set(failed.map(({ error }) => exitCodes[failureOf(error).code]))
    return failed.length === results.length && exits.size === 1 ? [...exits][0]! : 1
  }
  const errors = checks.flatMap(({ error }) => error ?? [])
  const codes = errors.map(({ code }) => code)
  const exit = exitOfFailures(checks.length, codes)
  // In text it was a warning, which --quiet leaves out.
  if (exit !== 0 && (json || context.settings.quiet)) reportFailure(context.err, errors[0], context.settings)
  return exit
}
