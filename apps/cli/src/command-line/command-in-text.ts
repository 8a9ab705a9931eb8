import { commandNames } from './command-table.ts'

/** A word in quotes, as `shellWord` writes it, in which the sentence does not end. */
export const quotedWord = "(?<= )(?:'(?:[^'\\n]|'\\\\'')*'|\\$'(?:[^'\\\\\\n]|\\\\.)*')"

/**
 * The source of an expression for a command in a sentence: its name, and what stands beside it up to the end of the sentence
 * or the next command.
 */
export const commandInText = `\\bmcpstore (${commandNames().join('|')})(?![\\w-])((?:${quotedWord}|(?!\\bmcpstore |[.,;)](?:\\s|$))[^\\n])*)`
