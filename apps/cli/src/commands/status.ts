import type { Store, StoreStatus } from '@mcpstore/core'
import type { CommandContext } from '../command.ts'
import { formatAge } from '../duration.ts'
import { reportFailure } from '../failure.ts'
import { writeJson } from '../output/json.ts'
import type { Output, Style } from '../output/output.ts'
import { type Cell, renderTable } from '../output/table.ts'
import { visibleLine } from '../output/terminal-text.ts'
import { obstacleTo, withStore } from '../store-session.ts'

/**
 * `status`: which backend answers, since when, and what it has not taken yet. An error of it is exit code 5, and so is
 * a file that may not be written; nothing is written to find out more.
 */
export async function status(context: CommandContext): Promise<number> {
  const { json, debug } = context.settings
  return withStore(
    context,
    async (store) => {
      const now = await knownStatus(context, store)
      if (json) writeJson(context.out, statusDocument(now))
      else context.out.write(renderStatus(now, context.out))
      const error = now.error ?? (await obstacleTo(context, now))
      return error ? reportFailure(context.err, error, { json, debug }) : 0
    },
    { evenIfDown: true },
  )
}

/** The status, with what permissions tell of a mirror that nothing was written to yet. */
export async function knownStatus(context: CommandContext, store: Store): Promise<StoreStatus> {
  const now = store.status()
  const { mirror } = now
  const obstacle = !mirror || mirror.problem ? undefined : await context.writeObstacle(mirror.file)
  if (!mirror || !obstacle) return now
  return { ...now, mirror: { ...mirror, problem: obstacle.message, hint: obstacle.hint ?? null } }
}

/** What `--json` tells of a status. */
export function statusDocument({
  error: _error,
  location: _location,
  ...told
}: StoreStatus): Omit<StoreStatus, 'error' | 'location'> {
  return told
}

/** A status as a list of facts, one line each. */
export function renderStatus(now: StoreStatus, output: Output): string {
  const style: Style = now.state === 'up' ? 'green' : now.state === 'down' ? 'red' : 'yellow'
  const answers =
    now.backend === now.configured ? now.backend : `${now.backend} (configured: ${now.configured})`
  const rows: [string, Cell][] = [
    ['backend', answers],
    ['state', { text: stateOf(now), style }],
    // Whoever has just begun cannot know how long it has been so.
    ['since', `${now.since} (as far as this command has seen)`],
    ['namespace', visibleLine(now.namespace)],
    ['dataspace', visibleLine(now.dataspace)],
    ['pending writes', String(now.pendingWrites)],
  ]
  for (const { key, problem } of now.parked) rows.push(['parked', visibleLine(`${key}: ${problem}`)])
  for (const { key, problem } of now.quarantined) rows.push(['left out', visibleLine(`${key}: ${problem}`)])
  for (const right of now.missing) rows.push(['missing right', visibleLine(right)])
  if (now.location) {
    const note = now.absent === null ? '' : now.absent === 'empty' ? ' (empty: 0 bytes)' : ' (not made yet)'
    rows.push([now.configured === 'sqlite' ? 'file' : 'address', visibleLine(now.location) + note])
  }
  if (now.mirror) rows.push(['mirror', visibleLine(now.mirror.file)])
  if (now.mirror?.problem) rows.push(['not kept', visibleLine(now.mirror.problem)])
  if (now.state !== 'up') {
    const age = now.staleMs === null ? 'unknown: this command could not read it' : formatAge(now.staleMs)
    rows.push(['behind by', age])
  }
  if (now.reason) rows.push(['reason', visibleLine(now.reason)])
  const wide = { ...output, columns: Number.POSITIVE_INFINITY }
  return renderTable(
    rows.map(([title, value]) => [{ text: title, style: 'dim' }, value]),
    wide,
  )
}

/** A file is only read to find out; Redis is written to. */
function stateOf({ state, configured }: StoreStatus): string {
  return state === 'up' && configured === 'sqlite' ? 'up (it can be read; a write was not tried)' : state
}
