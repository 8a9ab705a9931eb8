import type { StoreEventMap, StoreEventName } from '@mcpstore/core'
import type { StoreEvent } from '../command-line/event-pattern.ts'
import { filterText, scopeText } from './agent-text.ts'
import { briefError } from './last-error.ts'
import type { Output, Style } from './output.ts'
import { toolCountText } from './service-text.ts'
import { type Cell, renderNotes } from './text/table.ts'
import { visibleLine } from './text/terminal-text.ts'
import { changesText } from './tools/tool-changes.ts'

/** What each event says after its name: what it is about, and how that is. */
const texts: {
  readonly [Name in StoreEventName]: (event: StoreEventMap[Name]) => [about: string, how?: string]
} = {
  serviceAdded: ({ service, scope, status }) => [named(service, scope), status],
  serviceUpdated: ({ service, scope }) => [named(service, scope)],
  serviceRemoved: ({ service, scope }) => [named(service, scope)],
  toolsChanged: ({ service, scope, toolCount }) => [named(service, scope), toolCountText(toolCount)],
  toolsDiffer: ({ service, scope, ...changes }) => [named(service, scope), changesText(changes)],
  statusChanged: ({ service, scope, status, before, error }) => {
    const why = error && status !== 'ok' ? `: ${briefError(error.message, service)}` : ''
    return [named(service, scope), `${before} -> ${status}${why}`]
  },
  assignmentChanged: ({ agent, service, assigned }) => [
    service,
    assigned ? `agent ${agent} may use ${filterText(assigned)}` : `no longer assigned to agent ${agent}`,
  ],
  statsChanged: ({ name, scope, calls, errors }) => [
    named(name, scope),
    `${calls} ${calls === 1 ? 'call' : 'calls'}, ${errors} ${errors === 1 ? 'error' : 'errors'}`,
  ],
  malformed: ({ key, problem }) => [key, problem],
  conflict: ({ service, scope, kept }) => [
    named(service, scope),
    `two changed it at once, and one version was lost; ${kept ? 'the other stays' : 'it is removed'}`,
  ],
  storageChanged: ({ before, state, backend, reason }) => [
    backend,
    `${before} -> ${state}${reason ? `: ${reason}` : ''}`,
  ],
}

const styles: Partial<Record<StoreEventName, Style>> = {
  serviceAdded: 'green',
  serviceRemoved: 'red',
  conflict: 'yellow',
  malformed: 'yellow',
  toolsDiffer: 'yellow',
  storageChanged: 'bold',
}

/** In fewer cells than these what happened stands below its name, which then need not be as wide as all others. */
const NARROW = 68

const widest = Math.max(...Object.keys(texts).map((name) => name.length))

/** The names of all events. */
export const eventNames = Object.keys(texts) as StoreEventName[]

/** An event in one line, for people; on a terminal that is too narrow for it, it goes on below itself. */
export function eventLine(event: StoreEvent, at: string, output: Output): string {
  const text = texts[event.event] as (event: StoreEvent) => [string, string?]
  const [about, how] = text(event)
  const style = styles[event.event]
  const name = event.event.padEnd(output.columns < NARROW ? 0 : widest)
  const row: Cell[] = [
    { text: at, style: 'dim' },
    style ? { text: name, style } : name,
    visibleLine(how === undefined ? about : `${about}  ${how}`),
  ]
  return renderNotes([row], output)
}

function named(name: string, scope: Parameters<typeof scopeText>[0]): string {
  return scope === 'store' ? name : `${name} (${scopeText(scope)})`
}
