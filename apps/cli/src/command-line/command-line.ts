import { parseArgs } from 'node:util'
import { didYouMean, nearest } from '@mcpstore/core/near'
import type { CommandInput } from '../command.ts'
import { usageError } from '../failures/cli-error.ts'
import {
  type CommandName,
  type CommandSpec,
  commandNames,
  commandTable,
  findCommand,
} from './command-table.ts'
import { globalOptions, type OptionName, type OptionValues, options } from './options.ts'

/** A command line as understood; `spec` is missing when no command was named. */
export interface CommandLine extends CommandInput {
  spec: CommandSpec | undefined
}

type Token = ReturnType<typeof tokenize>[number]

/**
 * Reads the arguments of the program. Options may stand before or after the command's name, up to `--`.
 * Throws `usage` for what no command takes, with a suggestion.
 */
export function parseCommandLine(argv: readonly string[]): CommandLine {
  const tokens = tokenize(argv)
  const end = tokens.findIndex((token) => token.kind === 'option-terminator')
  const before = end === -1 ? tokens : tokens.slice(0, end)
  const words = before.flatMap((token) => (token.kind === 'positional' ? [token.value] : []))
  const after = end === -1 ? undefined : argv.slice(tokens[end]!.index + 1)

  const name = words.shift()
  const spec = name === undefined ? undefined : findCommand(name)
  if (name !== undefined && !spec) throw unknownCommand(name)
  const values = readOptions(before, spec)
  if (spec?.takesProgram) return { spec, positionals: words, literals: 0, program: after, values }
  return { spec, positionals: [...words, ...(after ?? [])], literals: after?.length ?? 0, values }
}

/** The error for a word that names no command. */
export function unknownCommand(name: string): Error {
  const called = calledElsewhere.get(name)
  const hint = called ? didYouMean([`"${called}"`]) : nearHint(name, [...commandNames(), '--version'])
  return usageError(`there is no command "${name}"`, hint ?? seeHelp())
}

/** What other programs of this kind call a command. */
const calledElsewhere: ReadonlyMap<string, CommandName> = new Map([
  ['auth', 'login'],
  ['connect', 'wait'],
  ['describe', 'info'],
  ['inspect', 'info'],
  ['ping', 'check'],
  ['servers', 'list'],
  ['show', 'info'],
  ['tools-call', 'use-tool'],
  ['tools-get', 'info'],
])

/** Throws `usage` when a command was given fewer or more positionals than it takes. */
export function checkPositionals(spec: CommandSpec, positionals: readonly string[]): void {
  const [fewest, most] = spec.positionals
  const forms = `Usage: ${spec.usage.map((form) => `mcpstore ${form}`).join('\n       ')}`
  if (positionals.length < fewest) throw usageError(`"${spec.name}" needs more than it was given`, forms)
  if (positionals.length <= most) return
  const [word = ''] = positionals
  const ofOne = spec.ofOne && /^\w[\w.-]*$/.test(word) ? `\nOf one: mcpstore ${spec.ofOne} ${word}` : ''
  const limit = most === 1 ? '1 word' : `${most} words`
  throw usageError(
    `"${spec.name}" takes ${most === 0 ? 'no words after it' : `at most ${limit} after it, not ${positionals.length}`}`,
    forms + ofOne,
  )
}

function tokenize(argv: readonly string[]) {
  const spec: NonNullable<Parameters<typeof parseArgs>[0]>['options'] = {}
  for (const [name, { kind, short }] of Object.entries(options)) {
    spec[name] = { type: kind === 'flag' ? 'boolean' : 'string', ...(short ? { short } : {}) }
  }
  return parseArgs({ args: [...argv], options: spec, strict: false, allowPositionals: true, tokens: true })
    .tokens
}

function readOptions(tokens: readonly Token[], spec: CommandSpec | undefined): OptionValues {
  const allowed: OptionName[] = [...globalOptions, 'version', ...(spec?.options ?? [])]
  const values: OptionValues = {}
  for (const token of tokens) {
    if (token.kind !== 'option') continue
    const { name, rawName, value, inlineValue } = token
    if (!isAllowed(name, allowed)) throw unknownOption(name, rawName, spec, allowed)
    if (options[name].kind === 'flag') {
      if (value !== undefined) throw usageError(`${rawName} takes no value`)
      Object.assign(values, { [name]: true })
      continue
    }
    const wanted = options[name].value
    if (value === undefined || (!inlineValue && isOption(value, wanted))) {
      const hint = numbers.has(wanted)
        ? `Write ${rawName} ${wanted}.`
        : `Write ${rawName}=${wanted}, the value may then start with "-".`
      throw usageError(`${rawName} needs a value`, hint)
    }
    const list = options[name].kind === 'list'
    Object.assign(values, { [name]: list ? [...((values[name] as string[]) ?? []), value] : value })
  }
  return values
}

function isAllowed(name: string, allowed: readonly OptionName[]): name is OptionName {
  return (allowed as readonly string[]).includes(name)
}

function unknownOption(
  name: string,
  rawName: string,
  spec: CommandSpec | undefined,
  allowed: readonly OptionName[],
): Error {
  const isArgument = spec?.words?.includes('argument') && rawName.startsWith('--')
  const argument = isArgument ? ` An argument of the tool has no dashes: ${name}=VALUE.` : ''
  const message = spec ? `"${spec.name}" has no option ${rawName}` : `there is no option ${rawName}`
  const isOfProgram = spec?.takesProgram === true && !rawName.startsWith('--')
  const owners = commandTable.filter((command) => isAllowed(name, command.options))
  if (owners.length > 0 && !isOfProgram) {
    const names = owners.map((command) => `"${command.name}"`).join(', ')
    return usageError(message, `It is an option of ${names}.${argument}`)
  }
  const near = isOfProgram
    ? undefined
    : nearHint(
        rawName,
        allowed.map((option) => `--${option}`),
      )
  if (near) return usageError(message, near + argument)
  if (argument) return usageError(message, argument.trim())
  const ours = spec?.takesProgram ? shorts.get(rawName) : undefined
  if (ours)
    return usageError(message, `Write --${ours}, and what belongs to the server's own command after "--".`)
  if (spec?.takesProgram) return usageError(message, 'Put "--" before the command that starts the server.')
  return usageError(message, seeHelp(spec))
}

/** What `claude mcp add` calls options of `add`. */
const shorts: ReadonlyMap<string, OptionName> = new Map([
  ['-t', 'transport'],
  ['-H', 'header'],
  ['-e', 'env'],
])

/** What never begins with "-". */
const numbers: ReadonlySet<string | undefined> = new Set(['NUMBER', 'PORT', 'TIME'])

/** Whether a word that stands where a value is wanted is the next option; a number below zero is a wrong number. */
function isOption(word: string, wanted: string | undefined): boolean {
  return word.startsWith('-') && word !== '-' && !(numbers.has(wanted) && /^-\d/.test(word))
}

function seeHelp(spec?: CommandSpec): string {
  return `See mcpstore ${spec ? `${spec.name} ` : ''}--help`
}

/** `Did you mean "a"?`, or nothing when no candidate is near. */
function nearHint(word: string, candidates: Iterable<string>): string | undefined {
  const [near] = nearest(word, candidates, 1)
  return near && didYouMean([`"${near}"`])
}
