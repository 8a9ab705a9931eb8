import type { ListedTool, ToolList, ToolSource } from '@mcpstore/core'
import { type Output, paint } from '../output.ts'
import { toolCountText } from '../service-text.ts'
import { visibleLine } from '../text/terminal-text.ts'
import { sourceWords } from './list-source.ts'
import { type ToolLinesOptions, toolLines } from './tool-lines.ts'

/** The tools grouped by service: what each takes, what its server says of it, and the first line of its description. */
export function renderToolList(tools: ToolList, output: Output, options: ToolLinesOptions = {}): string {
  const byService = new Map<string, ListedTool[]>(tools.services.map(({ name }) => [name, []]))
  for (const tool of tools) byService.get(tool.service)?.push(tool)
  return tools.services
    .map((service) => {
      const own = byService.get(service.name) ?? []
      const lines = own.map((tool) => toolLines(tool, output, options))
      return heading(service, own.length, output) + lines.join('')
    })
    .join('\n')
}

function heading(service: ToolSource, count: number, output: Output): string {
  const origin = sourceWords(service)
  const stale = service.stale ? `  ${paint(output, 'yellow', 'stale')}` : ''
  const source = origin && `  ${paint(output, 'dim', origin)}${stale}`
  const none = service.source === 'notLoaded' ? 'tools not loaded' : toolCountText(null)
  const tools = origin ? toolCountText(count) : none
  return `${paint(output, 'bold', visibleLine(service.name))}  ${tools}${source}\n`
}
