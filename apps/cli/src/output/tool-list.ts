import type { ToolList, ToolSource } from '@mcpstore/core'
import { sourceWords } from './list-source.ts'
import { type Output, paint } from './output.ts'
import { toolCountText } from './service-text.ts'
import { type Cell, renderTable } from './table.ts'
import { firstLine, visibleLine } from './terminal-text.ts'

/** The tools grouped by service: `service/tool` and the first line of its description. */
export function renderToolList(tools: ToolList, output: Output): string {
  return tools.services.map((service) => renderService(service, tools, output)).join('\n')
}

function renderService(service: ToolSource, tools: ToolList, output: Output): string {
  const own = tools.filter((tool) => tool.service === service.name)
  const none = service.source === 'notLoaded' ? 'tools not loaded' : toolCountText(null)
  const count = hasTools(service) ? toolCountText(own.length) : none
  const heading = `${paint(output, 'bold', visibleLine(service.name))}  ${count}${sourceText(service, output)}\n`
  const rows = own.map((tool): Cell[] => [
    `  ${visibleLine(tool.name)}`,
    { text: firstLine(tool.description ?? ''), style: 'dim' },
  ])
  return heading + renderTable(rows, output)
}

function hasTools({ source }: ToolSource): boolean {
  return source !== 'none' && source !== 'notLoaded'
}

function sourceText(service: ToolSource, output: Output): string {
  const { stale } = service
  if (!hasTools(service)) return ''
  return `  ${paint(output, 'dim', sourceWords(service))}${stale ? `  ${paint(output, 'yellow', 'stale')}` : ''}`
}
