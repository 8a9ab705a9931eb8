import type { Finding, Store } from '@mcpstore/core'
import type { CommandContext } from '../command.ts'
import { asTyped } from '../failures/same-place.ts'
import { writeJson } from '../output/json.ts'
import type { Output, Style } from '../output/output.ts'
import { renderStatus, statusDocument } from '../output/status-text.ts'
import { type Cell, renderNotes } from '../output/text/table.ts'
import { visibleLine } from '../output/text/terminal-text.ts'
import { knownStatus, reportTrouble } from '../store/known-status.ts'
import { whileWaiting, withStore } from '../store/store-session.ts'

const styles: Readonly<Record<Finding['severity'], Style>> = {
  ok: 'green',
  warning: 'yellow',
  critical: 'red',
  emergency: 'red',
  unknown: 'dim',
}

/**
 * `doctor`: the status, and a look at the place the data lies in and at what the services need. What is found changes no exit code;
 * a storage that does not answer, or takes no change, is exit code 5.
 */
export async function doctor(context: CommandContext): Promise<number> {
  const { json } = context.settings
  return withStore(
    context,
    async (store) => {
      // Where it cannot be looked at, the status says why.
      const found = await whileWaiting(context, 'looking for faults', async () => [
        await store.inspect().catch(() => []),
        await servicesFindings(store),
      ])
      const [ofStorage = [], ofServices = []] = found.map((findings) =>
        findings.map((one) => said(one, context.out)),
      )
      const now = await knownStatus(context, store)
      const { out } = context
      if (json) {
        const findings = [...ofStorage, ...ofServices]
        writeJson(out, { ...statusDocument(now), location: now.location, findings })
      } else {
        out.write(renderStatus(now, out) + renderFindings(ofStorage, out) + renderFindings(ofServices, out))
      }
      return reportTrouble(context, now)
    },
    { evenIfDown: true },
  )
}

/** The finding, with a hint about the same dataspace. */
function said(finding: Finding, { place = {} }: Output): Finding {
  return finding.hint === undefined ? finding : { ...finding, hint: asTyped(finding.hint, place) }
}

/** None where nobody can know the services, of which the status says why. */
async function servicesFindings(store: Store): Promise<Finding[]> {
  try {
    return await store.inspectServices()
  } catch (thrown) {
    if (store.status().state !== 'up') return []
    throw thrown
  }
}

function renderFindings(findings: readonly Finding[], output: Output): string {
  if (findings.length === 0) return ''
  const rows = findings.flatMap(({ name, severity, text, hint }): Cell[][] => [
    [{ text: visibleLine(name), style: 'dim' }, { text: severity, style: styles[severity] }, text],
    ...(hint ? [['', '', { text: hint, style: 'dim' }] satisfies Cell[]] : []),
  ])
  return `\n${renderNotes(rows, output)}`
}
