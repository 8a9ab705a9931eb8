import type { BackendKind, ImportReport, ImportStatus } from '@mcpstore/core'
import type { CommandContext } from '../command.ts'
import { failureOf, naming, writeProblem, writeWarning } from '../failures/failure.ts'
import { scopeText } from './agent-text.ts'
import { paint, type Style, writeNote } from './output.ts'
import { savedText } from './saved-text.ts'
import { targetOf } from './service-text.ts'
import { type Cell, renderTable } from './text/table.ts'
import { visibleLine } from './text/terminal-text.ts'

const statusStyles: Readonly<Record<ImportStatus, Style>> = {
  added: 'green',
  updated: 'green',
  unchanged: 'dim',
  kept: 'yellow',
  failed: 'red',
}

/** The document of `import --json`. */
export function importDocument({ services, assignments, durable, approvalError }: ImportReport): unknown {
  return {
    services: services.map(({ name, scope, status, error, parked, warnings }) => ({
      name,
      scope,
      status,
      ...(parked !== undefined && { parked }),
      ...(warnings && { warnings }),
      ...(error && { error: failureOf(error) }),
    })),
    assignments: assignments.map(({ error, ...one }) => ({
      ...one,
      ...(error && { error: failureOf(error) }),
    })),
    durable,
    ...(approvalError && { approvalError: failureOf(approvalError) }),
  }
}

export interface ImportReportParts {
  report: ImportReport
  isSaved: boolean
  configured: BackendKind
  location: string | null
}

/** One line for each service and assignment on stdout; what is wrong, and what stayed as it was, on stderr. */
export function writeImportReport(
  { err, out }: CommandContext,
  {
    report: { services, assignments, durable, approvalError },
    isSaved,
    configured,
    location,
  }: ImportReportParts,
): void {
  const scoped = services.some(({ scope }) => scope !== 'store')
  const rows = services
    .filter(({ status }) => status !== 'failed')
    .map(({ name, scope, status, config }): Cell[] => [
      { text: status, style: statusStyles[status] },
      visibleLine(name),
      ...(scoped ? [scopeText(scope)] : []),
      config?.type ?? '?',
      config ? targetOf(config) : '',
    ])
  writeNote(out, renderTable(rows, out))
  const assigned = assignments
    .filter(({ status }) => status !== 'failed')
    .map(({ agent, service, status }): Cell[] => [
      { text: status, style: statusStyles[status] },
      visibleLine(service),
      visibleLine(`assigned to ${agent}`),
    ])
  writeNote(out, renderTable(assigned, out))
  for (const { error, name } of [
    ...services,
    ...assignments.map(({ error, agent, service }) => ({ error, name: `${service} for ${agent}` })),
  ]) {
    if (!error) continue
    const { message, hint } = failureOf(error)
    writeProblem(err, 'failed', naming(name, message), hint)
  }
  for (const warning of services.flatMap(({ warnings = [] }) => warnings)) writeWarning(err, warning)
  const kept = [...services, ...assignments].filter(({ status }) => status === 'kept').length
  if (kept > 0) {
    const what =
      kept === 1
        ? '1 entry differs from what is there, which stays'
        : `${kept} entries differ from what is there, which stays`
    writeWarning(err, what, 'To put what was exported in its place say --replace.')
  }
  if (approvalError) {
    writeWarning(err, `not trusted by later commands: ${approvalError.message}`, approvalError.hint)
  }
  if (services.length + assignments.length === 0)
    writeNote(out, 'the export is empty: nothing was imported\n')
  if (isSaved) writeNote(out, `${paint(out, 'dim', savedText({ durable, configured, location }))}\n`)
}
