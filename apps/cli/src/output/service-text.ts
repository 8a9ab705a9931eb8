import type { ServiceConfig, ServiceSummary, StatusWord } from '@mcpstore/core'
import { type Output, paint, type Style } from './output.ts'
import type { Cell } from './text/table.ts'
import { visibleLine } from './text/terminal-text.ts'

const statusStyles: Readonly<Record<StatusWord, Style>> = {
  new: 'dim',
  connecting: 'yellow',
  ok: 'green',
  failing: 'red',
  auth: 'yellow',
  untrusted: 'yellow',
  disabled: 'dim',
}

/** The one word for a service's status, in its colour. */
export function statusCell(status: StatusWord): Cell {
  return { text: status, style: statusStyles[status] }
}

/** One line for a service that has answered: how it is, and how many tools it has. */
export function renderReady({ name, status, toolCount }: ServiceSummary, output: Output): string {
  return `${paint(output, 'green', status)} ${visibleLine(name)} ${toolCountText(toolCount)}\n`
}

/** What the service is reached by: its URL, or its command line. */
export function targetOf(config: ServiceConfig): string {
  return visibleLine(
    config.type === 'stdio' ? [config.command, ...(config.args ?? [])].join(' ') : config.url,
  )
}

/** `13 tools`, `1 tool`, or that no list was fetched yet. */
export function toolCountText(count: ServiceSummary['toolCount']): string {
  if (count === null) return 'no tool list yet'
  return count === 1 ? '1 tool' : `${count} tools`
}
