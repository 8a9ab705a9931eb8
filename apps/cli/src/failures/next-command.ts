import { shellWord } from '@mcpstore/core/shell-words'
import { parseCommandLine } from '../command-line/command-line.ts'
import {
  type CommandName,
  type CommandSpec,
  commandNames,
  findCommand,
} from '../command-line/command-table.ts'
import type { OptionValues } from '../command-line/options.ts'
import type { FailureCode } from './exit-codes.ts'
import { asTyped } from './same-place.ts'

/** What the command line that failed was about, in words for a shell. */
interface Asked {
  command: CommandName | undefined
  service: string | undefined
  tool: string | undefined
  /** What stands in the place of a name, and is the address of a server. */
  url?: string | undefined
  /** The tool was named with its service. */
  isPath: boolean
}

/** What helps after an error: the first of these that there is a name for, and that was not what failed. */
type Step = (asked: Asked) => string | undefined

const about =
  (command: CommandName): Step =>
  ({ service }) =>
    service && `${command} ${service}`
const plain =
  (command: CommandName): Step =>
  () =>
    command

const address: Step = ({ url }) => url && `add NAME ${url}`
const help: Step = ({ command }) => (command ? `${command} --help` : '--help')
const tool: Step = ({ tool, service }) => (tool ?? service) && `info ${tool ?? service}`
const tools: Step = ({ service, isPath }) => (service && isPath ? `list-tools ${service}` : 'list-tools')
const storage = [plain('doctor')]
const health = [about('check'), about('info'), plain('doctor')]

const steps: Readonly<Record<FailureCode, readonly Step[]>> = {
  usage: [help],
  bad_config: [address, about('info'), help],
  already_exists: [plain('list')],
  unknown_service: [address, plain('list'), plain('list-tools')],
  unknown_tool: [address, tools, plain('list')],
  ambiguous_tool: [tools, plain('list')],
  unknown_resource: [plain('resources'), plain('list')],
  ambiguous_resource: [plain('resources')],
  unknown_prompt: [plain('prompts'), plain('list')],
  ambiguous_prompt: [plain('prompts')],
  bad_arguments: [tool, help],
  disabled: [about('enable'), plain('list')],
  conflict: [about('info'), plain('list')],
  no_value: [],
  not_written: [],
  server_error: [tool, ...health],
  input_required: [tool, ...health],
  auth_required: [about('login'), about('info'), plain('doctor')],
  untrusted: [about('info'), about('trust'), plain('doctor')],
  forbidden_address: [about('info'), about('trust'), plain('doctor')],
  tool_changed: [about('diff'), plain('list')],
  sealed: [about('info'), plain('doctor')],
  unreachable: health,
  not_listed: [({ service }) => service && `list-tools ${service}`, plain('list-tools'), plain('list')],
  timeout: health,
  outcome_unknown: health,
  not_durable: storage,
  not_loaded: storage,
  unavailable: storage,
  storage,
  internal: [],
  aborted: [],
}

/** Whatever happened, these can be run. */
const lastly = [plain('list'), plain('doctor')]

/**
 * The hint of an error, ending with the command to try next: its own, where it names one, else what helps after such an error.
 * `argv` is the command line that failed; `service` the one of many that it failed for.
 */
export function withNextCommand(
  { code, hint }: { code: FailureCode; hint: string | null },
  argv: readonly string[],
  service?: string,
): string | null {
  const { spec, positionals, values } = lineIn(argv)
  if (hint !== null && namesCommand(hint)) return asTyped(hint, values)
  const asked = askedBy(spec, service === undefined ? positionals : [service])
  // After `doctor` there is nobody else to ask about the storage.
  const isSaid = steps[code].length === 0 || (steps[code] === storage && asked.command === 'doctor')
  const next = (isSaid ? [] : [...steps[code], ...lastly])
    .map((step) => step(asked))
    .find(
      (command) =>
        command !== undefined && command.split(' ')[0] !== (command.includes('--help') ? '' : asked.command),
    )
  if (next === undefined) return hint
  const command = `mcpstore ${next}`
  return asTyped(hint === null ? `Next: ${command}` : followed(hint, command), values)
}

/** What stands below a list would be read as a part of its last line. */
function followed(hint: string, command: string): string {
  if (hint.includes('\n')) return `${hint}\nNext: ${command}`
  return /[.?!)]$/.test(hint) ? `${hint} Next: ${command}` : `${hint}; next: ${command}`
}

function namesCommand(hint: string): boolean {
  const names = commandNames().join('|')
  return new RegExp(`\\bmcpstore (?:(?:${names})\\b|--)`).test(hint)
}

/** As far as it can be read: what failed may be the reading. */
function lineIn(argv: readonly string[]): {
  spec: CommandSpec | undefined
  positionals: readonly string[]
  values: OptionValues
} {
  try {
    return parseCommandLine(argv)
  } catch {
    const [spec] = argv.flatMap((word) => findCommand(word) ?? [])
    return { spec, positionals: [], values: {} }
  }
}

function askedBy(spec: CommandSpec | undefined, [word]: readonly string[]): Asked {
  const command = spec?.name
  const kind = spec?.words?.[0]
  if (!word) return { command, service: undefined, tool: undefined, isPath: false }
  // What may be a credential is not repeated.
  if (/^https?:\/\//i.test(word)) {
    const url = /^https?:\/\/[^/]*@/i.test(word) ? 'URL' : written(word)
    return { command, service: undefined, tool: undefined, url, isPath: false }
  }
  const at = word.indexOf('/')
  const isPath = at > 0 && (kind === 'tool' || kind === 'prompt')
  const isTool = kind === 'tool' && (isPath || command === 'use-tool')
  const isService = kind === 'service' || isPath || (kind === 'tool' && !isTool)
  return {
    command,
    service: isService ? written(isPath ? word.slice(0, at) : word) : undefined,
    tool: isTool ? written(word) : undefined,
    isPath,
  }
}

/** The word at the end of a command line, where it is no option whatever it begins with. */
function written(word: string): string {
  return `${word.startsWith('-') ? '-- ' : ''}${shellWord(word)}`
}
