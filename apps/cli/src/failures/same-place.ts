import { shellWord } from '@mcpstore/core/shell-words'
import { commandInText, quotedWord } from '../command-line/command-in-text.ts'
import { type CommandName, findCommand } from '../command-line/command-table.ts'
import type { OptionValues } from '../command-line/options.ts'

const places = ['namespace', 'dataspace', 'home', 'redis'] as const

/** Commands that look as an agent. Those that change something say themselves whose it is. */
const views: ReadonlySet<CommandName> = new Set([
  'list',
  'list-tools',
  'grep',
  'use-tool',
  'resources',
  'read-resource',
  'prompts',
  'get-prompt',
  'info',
  'check',
  'wait',
  'stats',
])

const command = new RegExp(commandInText, 'g')
const quotedWords = new RegExp(quotedWord, 'g')

/** What does the same in the library, as its hints have it behind a command or an option. */
const inLibrary = new RegExp(
  ` \\((?:${[
    'acceptTools',
    'assignService',
    'checkServices',
    'diffTools',
    'exportDataspace',
    'importDataspace',
    'listPrompts',
    'listResources',
    'listTools',
    'patchService',
    'setupStore',
    'signIn',
    'signOut',
    'trustService',
    'unassignService',
  ].join('|')})\\b(?:[^()]|\\([^()]*\\))*\\)`,
  'g',
)

/**
 * A hint as the program says it: every command in it is about the same dataspace, and the same agent, as a command line with these
 * options, and the library has no say.
 */
export function asTyped(text: string, values: OptionValues): string {
  const first = placeFirst(values)
  let isAway = false
  const told = text.replace(inLibrary, '').replace(command, (whole, written: string, rest: string) => {
    const name = findCommand(written)?.name
    const options = rest.replace(quotedWords, '')
    if (!name || name === 'help' || name === 'completion' || /\s--help\b/.test(options)) return whole
    isAway = true
    return `mcpstore ${written}${placeWords(name, values, options)}${rest}`
  })
  return first && isAway && !text.startsWith(first) ? `${first} ${told}` : told
}

/** What a command has to say to be about the same dataspace, and the same agent, besides the `rest` of it. */
export function placeWords(name: CommandName, values: OptionValues, rest = ''): string {
  const agent = views.has(name) ? (['agent'] as const) : []
  const said = [...places, ...agent].flatMap((option) => {
    const value = values[option]
    if (value === undefined || (option === 'redis' && !isPublic(value))) return []
    return new RegExp(`\\s--${option}\\b`).test(rest) ? [] : [` --${option} ${shellWord(value)}`]
  })
  return said.join('')
}

/** What has to be done before, where the address of Redis is not to be shown. */
export function placeFirst({ redis }: OptionValues): string | undefined {
  const isShown = redis === undefined || isPublic(redis)
  return isShown ? undefined : 'Put the URL of that Redis into MCPSTORE_REDIS_URL first.'
}

/** Whether an address of Redis holds nothing that should not be said. */
function isPublic(address: string): boolean {
  if (!URL.canParse(address)) return false
  const { username, password, search } = new URL(address)
  return username === '' && password === '' && search === ''
}
