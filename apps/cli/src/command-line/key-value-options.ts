import { usageError } from '../failures/cli-error.ts'

/** Reads each `K=V` of `--env`. Throws `usage`; a message never repeats a value, which may be a secret. */
export function parseEnvironment(pairs: readonly string[]): Record<string, string> {
  const entries = pairs.map((pair, index): [string, string] => {
    const at = pair.indexOf('=')
    if (at < 1)
      throw usageError(`${nth(index)} --env is not of the form NAME=VALUE`, "Write --env 'NAME=VALUE'.")
    return [pair.slice(0, at), pair.slice(at + 1)]
  })
  return once('--env', entries)
}

/** Reads each `Name: value` of `--header`. Throws `usage`; a message never repeats a value, which may be a secret. */
export function parseHeaders(lines: readonly string[]): Record<string, string> {
  const hint = "Write --header 'Name: value'."
  const entries = lines.map((line, index): [string, string] => {
    const at = line.indexOf(':')
    const name = line.slice(0, at).trim()
    const value = line.slice(at + 1).trim()
    if (at < 1 || !/^[\w!#$%&'*+.^`|~-]+$/.test(name)) {
      throw usageError(`${nth(index)} --header is not of the form 'Name: value'`, hint)
    }
    if (value === '') throw usageError(`header "${name}" has no value`, hint)
    if (/[\r\n\0]/.test(value)) throw usageError(`the value of header "${name}" contains a line break`)
    return [name, value]
  })
  return once('--header', entries, (name) => name.toLowerCase())
}

function once(
  option: string,
  entries: readonly [string, string][],
  spelling: (name: string) => string = (name) => name,
): Record<string, string> {
  const seen = new Set<string>()
  for (const [name] of entries) {
    if (seen.has(spelling(name))) throw usageError(`${option} sets "${name}" twice`)
    seen.add(spelling(name))
  }
  return Object.fromEntries(entries)
}

function nth(index: number): string {
  return ['the first', 'the second', 'the third'][index] ?? `the ${index + 1}th`
}
