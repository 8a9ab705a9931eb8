import type { Scope } from '@mcpstore/storage'

/** A service as the words of a command name it, with `--agent` where it is an agent's. */
export function serviceWords(name: string, scope: Scope = 'store'): string {
  return `${shellWord(name)}${scope === 'store' ? '' : ` --agent ${shellWord(scope.agent)}`}`
}

/** A text as one word: a name from a stranger must not make a command line that does something else when it is pasted. */
export function shellWord(name: string): string {
  return /^[\w.@~+=/-]+$/.test(name) ? name : `'${name.replaceAll("'", `'\\''`)}'`
}
