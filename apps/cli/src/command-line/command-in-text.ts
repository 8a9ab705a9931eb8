import { commandNames } from './command-table.ts'

/**
 * The source of an expression for a command in a sentence: its name, and what stands beside it up to the end of the sentence
 * or the next command.
 */
export const commandInText = `\\bmcpstore (${commandNames().join('|')})(?![\\w-])((?:(?!\\bmcpstore |[.,;)](?:\\s|$))[^\\n])*)`
