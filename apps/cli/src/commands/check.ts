import type { ServiceCheck, Store } from '@mcpstore/core'
import type { CommandContext, CommandInput } from '../command.ts'
import { reportFailure, writeAdvice } from '../failures/failure.ts'
import { exitOfFailures } from '../failures/partial-failure.ts'
import { writeJson } from '../output/json.ts'
import { briefError } from '../output/last-error.ts'
import { statusCell } from '../output/service-text.ts'
import { type Cell, renderNotes } from '../output/text/table.ts'
import { visibleLine } from '../output/text/terminal-text.ts'
import { askOptions, servicesOf, whileWaiting, withStore } from '../store/store-session.ts'

const nothing = [
  'Nothing to check: there is no enabled service.',
  'See mcpstore list, or mcpstore add --help',
] as const

/** `check [SERVICE]`: reaches for the services, and says of each how it is; an error only if none answered. */
export async function check(
  context: CommandContext,
  { positionals: [name], values }: CommandInput,
): Promise<number> {
  const { json } = context.settings
  const work = async (store: Store): Promise<number> => {
    const checks = await whileWaiting(context, `checking ${name ?? 'all services'}`, () =>
      servicesOf(store, values).checkServices(name, askOptions(context)),
    )
    if (json) writeJson(context.out, { services: checks })
    else if (checks.length === 0) writeAdvice(context.out, ...nothing)
    else context.out.write(renderNotes([header, ...checks.map(rowOf)], context.out))
    const errors = checks.flatMap(({ error }) => error ?? [])
    const codes = errors.map(({ code }) => code)
    const exit = exitOfFailures(checks.length, codes)
    // Of one service the whole reason is told, of many the table has said it in short.
    if (exit !== 0 && (json || name !== undefined)) reportFailure(context.err, errors[0], context.settings)
    return exit
  }
  return withStore(context, work, { whole: name !== undefined })
}

const header: Cell[] = ['NAME', 'STATUS', ''].map((text) => ({ text, style: 'dim' }))

function rowOf({ name, status, tookMs, stale, error }: ServiceCheck): Cell[] {
  const answer = error ? briefError(error.message, name) : `answered in ${tookMs} ms`
  const note = stale ? `the status is stale; ${answer}` : answer
  return [visibleLine(name), statusCell(status), { text: note, style: 'dim' }]
}
