import type { CommandContext, CommandInput } from '../command.ts'
import { unknownCommand } from '../command-line/command-line.ts'
import { type CommandSpec, commandTable, findCommand } from '../command-line/command-table.ts'
import { globalOptions, type OptionName, options } from '../command-line/options.ts'
import type { Output } from '../output/output.ts'
import { wrapped } from '../output/text/wrapped.ts'

const INDENT = 2

type Width = Pick<Output, 'columns'>

/** `help [COMMAND]`. */
export async function help(context: CommandContext, { positionals: [name] }: CommandInput): Promise<number> {
  const spec = name === undefined ? undefined : findCommand(name)
  if (name !== undefined && !spec) throw unknownCommand(name)
  showHelp(context.out, spec, context.settings.json)
  return 0
}

/** Writes the help of one command, or of the program. */
export function showHelp(output: Output, spec: CommandSpec | undefined, json: boolean): void {
  const text = spec ? commandHelp(spec, output) : programHelp(output)
  output.write(json ? `${JSON.stringify({ help: text })}\n` : text)
}

function programHelp(output: Width): string {
  return [
    'mcpstore: register MCP services, list their tools, use them.\n',
    section('Usage', ['mcpstore COMMAND [OPTIONS]']),
    section(
      'Commands',
      columns(
        commandTable.map(({ name, aliases, summary }) => [[name, ...aliases].join(', '), summary]),
        output,
      ),
    ),
    section('Options of every command', optionLines([...globalOptions, 'version'], output)),
    'Run "mcpstore help COMMAND" for one command.\n',
  ].join('\n')
}

function commandHelp(spec: CommandSpec, output: Width): string {
  const { name, aliases, summary, usage, notes = [], examples } = spec
  return [
    `mcpstore ${name}: ${summary}.\n`,
    section(
      'Usage',
      usage.map((form) => `mcpstore ${form}`),
    ),
    ...(notes.length > 0 ? [notes.map((line) => `${line}\n`).join('')] : []),
    ...(aliases.length > 0 ? [section('Also called', [aliases.join(', ')])] : []),
    ...(spec.options.length > 0 ? [section('Options', optionLines(spec.options, output))] : []),
    section('Options of every command', optionLines(globalOptions, output)),
    section('Examples', examples),
  ].join('\n')
}

function section(title: string, lines: readonly string[]): string {
  return `${title}:\n${lines.map((line) => `${' '.repeat(INDENT)}${line}\n`).join('')}`
}

function optionLines(names: readonly OptionName[], output: Width): string[] {
  return columns(
    names.map((name) => {
      const { short, value, summary } = options[name]
      return [`${short ? `-${short}, ` : ''}--${name}${value ? ` ${value}` : ''}`, summary]
    }),
    output,
  )
}

function columns(rows: readonly (readonly [string, string] | string[])[], output: Width): string[] {
  const width = Math.max(...rows.map(([left = '']) => left.length))
  return rows.flatMap(([left = '', right = '']) =>
    wrapped(right, output.columns - width - 2 * INDENT).map(
      (line, at) => `${(at === 0 ? left : '').padEnd(width)}${' '.repeat(INDENT)}${line}`,
    ),
  )
}
