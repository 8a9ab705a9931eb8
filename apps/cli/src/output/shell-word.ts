import type { OptionValues } from '../command-line/options.ts'
import { isVisible } from './terminal-text.ts'

/** What a command line for the same agent has to say. */
export function agentOption({ agent }: Pick<OptionValues, 'agent'>): string {
  return agent === undefined ? '' : ` --agent ${shellWord(agent)}`
}

/** The word as a shell reads it back; what is not visible in it is written as bash and zsh read it. */
export function shellWord(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word
  if (isVisible(word)) return `'${word.replaceAll("'", `'\\''`)}'`
  const escaped = Array.from(word, (character) =>
    /['\\]/.test(character) ? `\\${character}` : isVisible(character) ? character : escapeOf(character),
  )
  return `$'${escaped.join('')}'`
}

function escapeOf(character: string): string {
  const code = character.charCodeAt(0).toString(16)
  return code.length > 2 || character >= '\u0080'
    ? `\\u${code.padStart(4, '0')}`
    : `\\x${code.padStart(2, '0')}`
}
