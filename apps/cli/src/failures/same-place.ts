import { type CommandName, commandNames, findCommand } from '../command-line/command-table.ts'
import type { OptionValues } from '../command-line/options.ts'
import { shellWord } from '../output/sample-call.ts'

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
])

/** A command, and what stands beside it up to the end of the sentence or the next command. */
const command = new RegExp(
  `\\bmcpstore (${commandNames().join('|')})(?![\\w-])((?:(?!\\bmcpstore |[.,;)](?:\\s|$))[^\\n])*)`,
  'g',
)

/** The text with every command in it made one about the same dataspace, and the same agent, as a command line with these options. */
export function inSamePlace(text: string, values: OptionValues): string {
  const isSecret = values.redis !== undefined && !isPublic(values.redis)
  let isAway = false
  const told = text.replace(command, (whole, name: string, rest: string) => {
    const spec = findCommand(name)
    if (!spec || spec.name === 'help' || spec.name === 'completion' || /\s--help\b/.test(rest)) return whole
    const agent = views.has(spec.name) && spec.options.includes('agent') ? (['agent'] as const) : []
    const said = [...places, ...agent].flatMap((option) => {
      const value = values[option]
      if (value === undefined || (option === 'redis' && isSecret)) return []
      return new RegExp(`\\s--${option}\\b`).test(rest) ? [] : [` --${option} ${shellWord(value)}`]
    })
    isAway ||= isSecret
    return `mcpstore ${name}${said.join('')}${rest}`
  })
  return isAway ? `Put the URL of that Redis into MCPSTORE_REDIS_URL first. ${told}` : told
}

/** Whether an address of Redis holds nothing that should not be said. */
function isPublic(address: string): boolean {
  if (!URL.canParse(address)) return false
  const { username, password, search } = new URL(address)
  return username === '' && password === '' && search === ''
}
