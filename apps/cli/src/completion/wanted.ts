import type { CommandSpec } from '../command-line/command-spec.ts'
import { findCommand } from '../command-line/command-table.ts'
import { globalOptions, type OptionName, options } from '../command-line/options.ts'
import type { WordKind } from './word-kind.ts'

/** What the word at the end of an unfinished command line may be. */
export interface Wanted {
  /** What it names; `option` is an option of the command, `undefined` is anything. */
  kind: WordKind | 'option' | undefined
  /** What is typed of it. */
  typed: string
  /** What stands in the same word before it: `--policy=`. */
  before: string
  spec: CommandSpec | undefined
  /** The words after the command, without options. */
  words: readonly string[]
  /** What options of the line say so far. */
  values: ReadonlyMap<string, string>
}

/** Reads a command line up to the cursor, without the program's name; its last word may be empty. Never throws. */
export function wantedIn(line: readonly string[]): Wanted {
  const typed = line.at(-1) ?? ''
  const words: string[] = []
  const values = new Map<string, string>()
  let open: string | undefined
  let literal = false
  for (const word of line.slice(0, -1)) {
    if (open !== undefined) {
      values.set(open, word)
      open = undefined
    } else if (literal || !word.startsWith('-') || word === '-') words.push(word)
    else if (word === '--') literal = true
    else {
      const [name = '', value] = split(word)
      if (value !== undefined) values.set(name, value)
      else if (takesValue(name)) open = name
    }
  }
  const spec = words.length > 0 ? findCommand(words.shift()!) : undefined
  const wanted = { spec, words, values, typed, before: '' }
  if (open !== undefined) return orFile({ ...wanted, kind: valueKind(open) })
  if (!literal && typed.startsWith('-')) {
    const [name = '', value] = split(typed)
    if (value === undefined) return { ...wanted, kind: 'option' }
    return orFile({ ...wanted, kind: valueKind(name), typed: value, before: `--${name}=` })
  }
  if (!spec) return { ...wanted, kind: 'command' }
  const kinds = literal && spec.takesProgram ? [] : (spec.words ?? [])
  const last = { ...wanted, kind: kinds[Math.min(words.length, kinds.length - 1)] }
  return literal ? last : orFile(last)
}

/** What stands before a file in a word of this kind: `content=@notes.txt`, `--args @all.json`. */
const fileMarks: Partial<Record<string, RegExp>> = { argument: /^[^=]*[^:=]=@(?!@)/, '@file': /^@/ }

function orFile(wanted: Wanted): Wanted {
  const mark = fileMarks[String(wanted.kind)]?.exec(wanted.typed)?.[0]
  if (mark === undefined) return wanted
  return { ...wanted, kind: 'file', typed: wanted.typed.slice(mark.length), before: wanted.before + mark }
}

/** The options that may follow: a command's own first. */
export function optionsOf(spec: CommandSpec | undefined): OptionName[] {
  return [...(spec?.options ?? []), ...globalOptions, ...(spec ? [] : (['version'] as const))]
}

/** `--name=value` in its two parts. */
function split(word: string): string[] {
  const text = word.replace(/^--?/, '')
  const at = text.indexOf('=')
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)]
}

function isOption(name: string): name is OptionName {
  return Object.hasOwn(options, name)
}

function takesValue(name: string): boolean {
  return isOption(name) && options[name].kind !== 'flag'
}

function valueKind(name: string): WordKind | undefined {
  return isOption(name) ? options[name].names : undefined
}
