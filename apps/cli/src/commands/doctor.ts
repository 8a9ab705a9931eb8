import type { Finding } from '@mcpstore/core'
import type { CommandContext } from '../command.ts'
import { reportFailure } from '../failure.ts'
import { knownStatus } from '../known-status.ts'
import { writeJson } from '../output/json.ts'
import type { Output, Style } from '../output/output.ts'
import { renderStatus, statusDocument } from '../output/status-text.ts'
import { type Cell, renderTable } from '../output/table.ts'
import { visibleLine } from '../output/terminal-text.ts'
import { withStore } from '../store-session.ts'

const styles: Readonly<Record<Finding['severity'], Style>> = {
  ok: 'green',
  warning: 'yellow',
  critical: 'red',
  emergency: 'red',
  unknown: 'dim',
}

/** `doctor`: the status, and a look at the place the data lies in. A storage that does not answer is exit code 5. */
export async function doctor(context: CommandContext): Promise<number> {
  const { json, debug } = context.settings
  return withStore(
    context,
    async (store) => {
      // Where it cannot be looked at, the status says why.
      const findings = await store.inspect().catch(() => [])
      const now = await knownStatus(context, store)
      if (json) writeJson(context.out, { ...statusDocument(now), location: now.location, findings })
      else context.out.write(renderStatus(now, context.out) + renderFindings(findings, context.out))
      return now.error ? reportFailure(context.err, now.error, { json, debug }) : 0
    },
    { evenIfDown: true },
  )
}

function renderFindings(findings: readonly Finding[], output: Output): string {
  if (findings.length === 0) return ''
  const rows = findings.flatMap(({ name, severity, text, hint }): Cell[][] => [
    [{ text: name, style: 'dim' }, { text: severity, style: styles[severity] }, visibleLine(text)],
    ...(hint ? [['', '', { text: visibleLine(hint), style: 'dim' as const }]] : []),
  ])
  return `\n${renderTable(rows, { ...output, columns: Number.POSITIVE_INFINITY })}`
}
