import type { AddReport, BackendKind, ServiceConfig } from '@mcpstore/core'
import { shellWord } from '@mcpstore/core/shell-words'
import { unsetVariables } from '../additions/config-variables.ts'
import type { Check } from '../additions/service-check.ts'
import type { CommandContext } from '../command.ts'
import { failureOf, naming, writeProblem, writeWarning } from '../failures/failure.ts'
import { asTyped } from '../failures/same-place.ts'
import { type Output, paint, type Style, writeNote } from './output.ts'
import { savedText } from './saved-text.ts'
import { targetOf, toolCountText } from './service-text.ts'
import { type Cell, renderTable } from './text/table.ts'
import { visibleLine } from './text/terminal-text.ts'

type AddResult = AddReport['results'][number]

const statusStyles: Readonly<Record<AddResult['status'], Style>> = {
  added: 'green',
  updated: 'green',
  unchanged: 'dim',
  failed: 'red',
}

/** The document of `add --json`; with `--check` each result says what came of connecting. */
export function addDocument(
  { results, durable, approvalError }: AddReport,
  { checks, env }: { checks: readonly Check[]; env: NodeJS.ProcessEnv },
): object {
  return {
    results: results.map((result) => {
      const { name, status, ignored, error, parked } = result
      const warnings = warningsOf(result, env)
      const check = checks.find((one) => one.name === name)
      return {
        name,
        status,
        ...(ignored && ignored.length > 0 ? { ignored } : {}),
        ...(parked !== undefined && { parked }),
        ...(warnings.length > 0 ? { warnings } : {}),
        ...(error ? { error: failureOf(error) } : {}),
        ...(check ? { check: check.error ? { error: check.error } : { toolCount: check.toolCount } } : {}),
      }
    }),
    ...(durable && { durable }),
    ...(approvalError && { approvalError: failureOf(approvalError) }),
  }
}

export interface AddReportParts {
  report: AddReport
  checks: readonly Check[]
  configured: BackendKind
  location: string | null
}

/** One line for each entry that was saved, where, and what came of checking, on stdout; what is wrong on stderr. */
export function writeAddReport(
  context: CommandContext,
  { report: { results, durable, approvalError }, checks, configured, location }: AddReportParts,
): void {
  const { out, err } = context
  const kept = results.filter(({ status }) => status !== 'failed' && durable !== 'memory')
  const rows = kept.map((result) => describe(context, result, result.config!))
  writeNote(out, renderTable(rows, out))
  for (const result of results) if (result.status === 'failed') writeFailed(err, result)
  if (approvalError) {
    writeWarning(err, `not trusted by later commands: ${approvalError.message}`, approvalError.hint)
  }
  if (durable && kept.length > 0) {
    writeNote(out, `${paint(out, 'dim', savedText({ durable, configured, location }))}\n`)
  }
  writeChecks(context, checks)
}

function describe(context: CommandContext, result: AddResult, config: ServiceConfig): Cell[] {
  const { err } = context
  const name = visibleLine(result.name)
  const { ignored = [] } = result
  for (const warning of warningsOf(result, context.env)) writeWarning(err, warning)
  const login = asTyped(`mcpstore login ${shellWord(result.name)}`, err.place ?? {})
  const next = ignored.some((field) => field === 'auth' || field === 'oauth') ? `; to sign in: ${login}` : ''
  if (ignored.length > 0)
    writeNote(err, `${paint(err, 'dim', `${name}: ignored ${visibleLine(ignored.join(', '))}${next}`)}\n`)
  return [{ text: result.status, style: statusStyles[result.status] }, name, config.type, targetOf(config)]
}

/** What is to be known of an entry that was kept: on this machine, and as the library says. */
function warningsOf({ name, config, warnings = [] }: AddResult, env: NodeJS.ProcessEnv): string[] {
  const unset = config ? unsetVariables(config, env) : []
  return [
    ...(unset.length > 0 ? [`${visibleLine(name)}: not set here: ${unset.join(', ')}`] : []),
    ...warnings,
  ]
}

/** Says on stderr why something is not added. */
export function writeFailed(err: Output, { name, error }: { name?: string; error?: unknown }): void {
  const { code, message, hint } = failureOf(error)
  const what = name === undefined ? message : naming(name, message)
  writeProblem(err, code === 'outcome_unknown' ? 'unknown' : 'failed', what, hint)
}

function writeChecks({ out, err }: CommandContext, checks: readonly Check[]): void {
  const rows = checks
    .filter(({ error }) => !error)
    .map(({ name, toolCount }): Cell[] => [
      { text: 'ok', style: 'green' },
      visibleLine(name),
      toolCountText(toolCount),
    ])
  writeNote(out, renderTable(rows, out))
  for (const { name, error } of checks) {
    if (error) writeWarning(err, naming(name, error.message), error.hint)
  }
}
