import type { Scope } from '@mcpstore/storage'

const plain = /^[\w@%+:,./-][\w@%+=:,./-]*$/
const invisible = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u

/** A service as the words of a command name it, with `--agent` where it is an agent's. */
export function serviceWords(name: string, scope: Scope = 'store'): string {
  return `${shellWord(name)}${scope === 'store' ? '' : ` --agent ${shellWord(scope.agent)}`}`
}

/**
 * A text as one word that a shell reads back: a name from a stranger must not make a command line that does something else when
 * it is pasted. What is not visible in it is written as bash and zsh read it. One that begins with "-" is still an option.
 */
export function shellWord(text: string): string {
  if (plain.test(text)) return text
  if (!invisible.test(text)) return `'${text.replaceAll("'", `'\\''`)}'`
  const written = Array.from(text, (character) =>
    invisible.test(character) ? escaped(character) : character.replace(/['\\]/, '\\$&'),
  )
  return `$'${written.join('')}'`
}

function escaped(character: string): string {
  const code = character.codePointAt(0)!
  const hex = code.toString(16)
  if (code < 0x80) return `\\x${hex.padStart(2, '0')}`
  return code < 0x10000 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`
}
