import type { StdioConfig } from '../service-config.ts'

type Started = Pick<StdioConfig, 'command' | 'args'>

/** The command as it is found from every folder: a relative path is one below `cwd`. */
export function wholeCommand({ command, cwd }: StdioConfig): string {
  if (cwd === undefined || command.startsWith('${')) return command
  const isRelative = cwd.startsWith('/') ? /^[^/]+\// : /^(?![A-Za-z]:)[^/\\]+[/\\]/
  if (!isRelative.test(command)) return command
  return `${cwd.replace(/[/\\]$/, '')}/${command.replace(/^(?:\.[/\\]+)+/, '')}`
}

const runner = /(?:^|[/\\])(?:npx|bunx|uvx|dnx)(?:\.\w+)?$/
const beforePackage = new Set(['-y', '--yes', '-q', '--quiet', '-p', '--package', '--from'])

/** Whether a path in it can start at the folder it runs in. A plain word may be one, so whatever is not plainly none is. */
export function dependsOnFolder({ command, args = [], env = {} }: StdioConfig): boolean {
  const at = runner.test(command) ? args.findIndex((arg) => !beforePackage.has(arg)) : -1
  const words = args.map(wordIn).filter((word, index) => index !== at || /^\.|\//.test(word))
  return command.startsWith('${') || !words.every(isElsewhere) || Object.values(env).some(namesFolder)
}

/** What an option is given with it, or the whole argument. */
function wordIn(arg: string): string {
  if (!arg.startsWith('-')) return arg
  const [, value] = /^[^=]+=(.*)$/s.exec(arg) ?? []
  return value ?? (/^-[^-].*[./\\]/s.test(arg) ? arg.slice(2) : '')
}

/** Nothing, a number, one whole path, an address of the web, a package with its scope. */
function isElsewhere(word: string): boolean {
  return /^(?:$|\d+$|(?:\/|\\\\|[A-Za-z]:[/\\])[^\s:,]*$|(?:https?|wss?):|@[\w.-]+\/[\w.-]+(?:@[\w.^~-]+)?$)/.test(
    word,
  )
}

/** Whether a variable holds `.`, or a path that begins with it: what else is in variables is mostly of another kind. */
function namesFolder(value: string): boolean {
  return /(?:^|[\s:,;=])\.\.?(?:$|[/\\])/.test(value)
}

/** The same, started in this folder: by the shell that is everywhere but on Windows, and that it takes the place of. */
export function startedIn(folder: string, { command, args = [] }: Started): Required<Started> {
  return { command: '/bin/sh', args: ['-c', 'cd "$0" && exec "$@"', folder, command, ...args] }
}
