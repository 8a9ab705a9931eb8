/** A fenced code block of a page. */
export interface Block {
  language: string
  /** The words after the language: `no-run`, `exit=1`, `title="mcp.json"`. */
  marks: ReadonlyMap<string, string>
  text: string
  /** Where its first line of text stands, counted from 1. */
  line: number
}

/** The fenced code blocks of a Markdown text, in order; an indented fence gives its indentation to its lines. */
export function codeBlocks(markdown: string): Block[] {
  const blocks: Block[] = []
  const lines = markdown.split('\n')
  for (let at = 0; at < lines.length; at++) {
    const fence = /^(\s*)(`{3,})([^\s`]*)([^`]*)$/.exec(lines[at]!)
    if (fence === null) continue
    const [, indent, ticks, language, marks] = fence as unknown as [string, string, string, string, string]
    const start = at + 1
    do at++
    while (at < lines.length && lines[at]!.trim() !== ticks)
    const text = lines.slice(start, at).map((line) => line.slice(line.startsWith(indent) ? indent.length : 0))
    blocks.push({ language, marks: parseMarks(marks), text: text.join('\n'), line: start + 1 })
  }
  return blocks
}

function parseMarks(words: string): Map<string, string> {
  return new Map(
    [...words.matchAll(/([\w-]+)(?:="([^"]*)"|=(\S*))?/g)].map((m) => [m[1]!, m[2] ?? m[3] ?? '']),
  )
}
