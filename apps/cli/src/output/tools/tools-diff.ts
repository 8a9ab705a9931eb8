import type { ChangedPart, ToolsDiff } from '@mcpstore/core'
import { toJson } from '../json.ts'
import { type Output, paint } from '../output.ts'
import { toolCountText } from '../service-text.ts'
import { visibleLine, visibleText } from '../text/terminal-text.ts'

const unkept = '  (what it was is not kept: it was too large)\n'

/** Which tools are not what they were, each with what was (`-`) and what is (`+`), as its server wrote it. */
export function renderToolsDiff(
  { service, pinnedAt, added, removed, changed, unchanged }: ToolsDiff,
  { accepted }: { accepted: boolean },
  output: Output,
): string {
  const heading = (kind: string, tool: string): string => {
    const name = visibleLine(`${service}/${tool}`)
    return `${paint(output, 'bold', kind.padEnd(7))}  ${name}\n`
  }
  const blocks = [
    ...changed.map(({ tool, parts }) => {
      const lines = parts?.map((part) => `  ${visibleLine(part.path)}\n${sides(part, output)}`).join('')
      return heading('changed', tool) + (lines ?? unkept)
    }),
    ...added.map(({ tool, now }) => heading('added', tool) + sides({ now }, output)),
    ...removed.map(
      ({ tool, before }) => heading('removed', tool) + (before ? sides({ before }, output) : unkept),
    ),
  ]
  const count = toolCountText(unchanged)
  const same = `${count} ${unchanged === 1 ? 'is' : 'are'} what ${unchanged === 1 ? 'it was' : 'they were'}`
  if (pinnedAt === null) return accepted ? `accepted ${count}\n` : `nothing to compare with yet: ${count}\n`
  const when = unchanged === 0 ? `no tool is what it was on ${pinnedAt}` : `${same} on ${pinnedAt}`
  return `${blocks.join('')}${accepted ? ['accepted', ...(unchanged > 0 ? [when] : [])].join('; ') : when}\n`
}

function sides(part: Pick<ChangedPart, 'before' | 'now'>, output: Output): string {
  const before = 'before' in part ? marked('-', part.before, output) : ''
  return before + ('now' in part ? marked('+', part.now, output) : '')
}

/** Each line of a text by itself; everything else as JSON. */
function marked(mark: '-' | '+', value: unknown, output: Output): string {
  const text = typeof value === 'string' ? value : toJson(value, 2)
  const lines = visibleText(text).split('\n')
  return lines
    .map((line) => `${paint(output, mark === '-' ? 'red' : 'green', `  ${mark} ${line}`)}\n`)
    .join('')
}
