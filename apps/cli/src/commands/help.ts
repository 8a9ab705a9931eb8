import type { CommandContext, CommandInput } from '../command.ts'
import { unknownCommand } from '../command-line/command-line.ts'
import { type CommandSpec, commandTable, findCommand } from '../command-line/command-table.ts'
import { globalOptions, type OptionName, options } from '../command-line/options.ts'
import type { Output } from '../output/output.ts'
import { FEWEST_FOR_TEXT, wrapped } from '../output/text/wrapped.ts'

const INDENT = 2
/** What is not broken of a usage: a word, and what may be left out. */
const usagePieces = /\s*(?:\[[^\]]*\]\S*|\S+)/g

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
    wrapped(`mcpstore ${name}: ${summary}.`, output.columns, usagePieces)
      .map((line) => `${line}\n`)
      .join(''),
    section(
      'Usage',
      usage.flatMap((form) => usageLines(form, output)),
    ),
    ...(notes.length > 0
      ? [
          noteLines(notes, output)
            .map((line) => `${line}\n`)
            .join(''),
        ]
      : []),
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

function usageLines(form: string, output: Width): string[] {
  const lines = wrapped(`mcpstore ${form}`, output.columns - 2 * INDENT, usagePieces)
  return lines.map((line, at) => (at === 0 ? line : ' '.repeat(INDENT) + line))
}

/** As they are written, or where one has no room, each sentence that begins a line in lines of its own. */
function noteLines(notes: readonly string[], { columns }: Width): readonly string[] {
  if (notes.every(({ length }) => length <= columns)) return notes
  const paragraphs = notes.join('\n').replace(/(?<!\.)\n/g, ' ')
  return paragraphs.split('\n').flatMap((text) => wrapped(text, columns))
}

/** Two columns; where next to nothing is left for the second one, it stands below the first. */
function columns(rows: readonly (readonly [string, string] | string[])[], output: Width): string[] {
  const width = Math.max(...rows.map(([left = '']) => left.length))
  const room = output.columns - width - 2 * INDENT
  return rows.flatMap(([left = '', right = '']) =>
    room < FEWEST_FOR_TEXT
      ? [left, ...wrapped(right, output.columns - 3 * INDENT).map((line) => ' '.repeat(2 * INDENT) + line)]
      : wrapped(right, room).map(
          (line, at) => `${(at === 0 ? left : '').padEnd(width)}${' '.repeat(INDENT)}${line}`,
        ),
  )
}
