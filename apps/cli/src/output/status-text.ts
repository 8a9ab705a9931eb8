import type { StoreStatus } from '@mcpstore/core'
import { formatAge } from '../command-line/duration.ts'
import type { Output, Style } from './output.ts'
import { type Cell, renderNotes, renderTable } from './text/table.ts'
import { visibleLine } from './text/terminal-text.ts'

/** What `--json` tells of a status. */
export function statusDocument({
  error: _error,
  location: _location,
  ...told
}: StoreStatus): Omit<StoreStatus, 'error' | 'location'> {
  return told
}

/** A status as a list of facts, which go on below themselves where a terminal is too narrow for them. */
export function renderStatus(now: StoreStatus, output: Pick<Output, 'color' | 'columns'>): string {
  return renderNotes(factsOf(now), output)
}

/** The same, one line each, cut at the edge of the terminal. */
export function renderStatusWithin(now: StoreStatus, output: Pick<Output, 'color' | 'columns'>): string {
  return renderTable(factsOf(now), output)
}

function factsOf(now: StoreStatus): Cell[][] {
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
  if (now.pendingCounts > 0) rows.push(['pending counts', String(now.pendingCounts)])
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
  return rows.map(([title, value]) => [{ text: title, style: 'dim' }, value])
}

/** A file is only read to find out; Redis is written to. */
function stateOf({ state, configured }: StoreStatus): string {
  return state === 'up' && configured === 'sqlite' ? 'up (it can be read; a write was not tried)' : state
}

/** A status in one line: what answers and how it is, what waits, and what is wrong. */
export function statusLineText(now: StoreStatus): string {
  const {
    backend,
    configured,
    state,
    pendingWrites,
    pendingCounts,
    parked,
    quarantined,
    missing,
    mirror,
    reason,
  } = now
  const counts = [
    [pendingWrites, pendingWrites === 1 ? 'write waits' : 'writes wait'],
    [pendingCounts, pendingCounts === 1 ? 'count waits' : 'counts wait'],
    [parked.length, 'parked'],
    [quarantined.length, 'left out'],
    [missing.length, missing.length === 1 ? 'right is missing' : 'rights are missing'],
  ] as const
  const facts = [
    ...counts.flatMap(([count, words]) => (count > 0 ? `${count} ${words}` : [])),
    ...(mirror?.problem ? [`not kept: ${mirror.problem}`] : []),
    ...(reason ? [reason] : []),
  ]
  const answers = backend === configured ? backend : `${backend} (configured: ${configured})`
  return visibleLine([answers, state, facts.join('; ')].filter((word) => word !== '').join('  '))
}
