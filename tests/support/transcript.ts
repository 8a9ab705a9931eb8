/** A command of a console block, and the output the page shows for it. */
export interface Exchange {
  command: string
  /** Empty when the page shows none. */
  output: string[]
  /** Where the command stands, counted from the block's first line. */
  offset: number
}

/**
 * Reads a console block: `$ ` starts a command, a `\` at the end continues it, what follows is its output. Throws
 * when something stands before the first command.
 */
export function exchanges(text: string): Exchange[] {
  const found: Exchange[] = []
  for (const [offset, line] of text.split('\n').entries()) {
    const last = found.at(-1)
    if (line.startsWith('$ ')) found.push({ command: line.slice(2), output: [], offset })
    else if (last === undefined) throw new Error(`no command yet, but: ${line}`)
    else if (last.command.endsWith('\\') && last.output.length === 0) last.command += `\n${line}`
    else last.output.push(line)
  }
  return found
}

/** Whether a real output is the one shown: `…` is any text in a line, a line of only `…` any number of lines. */
export function matches(shown: readonly string[], real: string): boolean {
  const pattern = trimmed(shown.join('\n')).map((line) =>
    line.trim() === '…' ? '(?:.*\n)*' : `${anyText(line)}\n`,
  )
  return new RegExp(`^${pattern.join('')}$`).test(
    trimmed(real)
      .map((line) => `${line}\n`)
      .join(''),
  )
}

function anyText(line: string): string {
  return line
    .split('…')
    .map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
    .join('.*')
}

/** The lines without spaces at their ends and without empty lines around them. */
function trimmed(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .replace(/^\n+|\n+$/g, '')
    .split('\n')
}
