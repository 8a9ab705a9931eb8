import { resolve } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { didYouMean, nearest } from '../near.ts'
import { kinds, valuesOf } from './config-values.ts'
import { bearerHeaders, isIgnored, otherNames, refusedFields } from './editor-fields.ts'
import { checkConfig } from './entry.ts'
import { isBlank, spellings } from './field-spellings.ts'
import { unclosedProblems } from './placeholders/placeholder-syntax.ts'
import { isObject, kindOf, type Problem, quoted } from './problem.ts'
import type { ServiceConfig } from './service-config.ts'

export interface NormaliseOptions {
  /** Where a stdio service runs that names no folder, and what a relative folder is relative to. */
  cwd: string
  /** What it takes the place of: a value that stands there already is let pass, whatever is in it. */
  stored?: ServiceConfig | undefined
}

/** `ignored` names the fields that were left out because they change nothing for mcpstore. */
export type Normalised = { config: ServiceConfig; ignored: string[] } | { problems: Problem[] }

/** The stored field's name, with the name and the value that the person wrote. */
type Draft = Map<string, { field: string; value: unknown }>

/**
 * Brings one entry from a person's file, in any dialect, into the form it is stored. All problems are reported at
 * once. A field that is `null` or an empty string counts as not written.
 */
export function normaliseEntry(written: unknown, options: NormaliseOptions): Normalised {
  if (!isObject(written)) {
    return { problems: [{ field: '', message: `must be an object, not ${kindOf(written)}` }] }
  }
  const entry = withBearer(written)
  const ignored: string[] = []
  const problems: Problem[] = []
  const report = (problem: Problem): void => {
    problems.push(problem)
  }
  const draft: Draft = new Map()
  for (const [field, value] of Object.entries(entry)) {
    const spelling = spellings.get(field)
    if (spelling !== undefined) {
      if (isBlank(value)) continue
      const read = spelling.read(value, field, { cwd: options.cwd, report })
      const before = draft.get(spelling.target)
      if (before !== undefined && contradict(before.value, read)) {
        report({ field, message: `${before.field} and ${field} say different things` })
      } else {
        draft.set(spelling.target, { field, value: read })
      }
    } else if (isIgnored(field, value)) {
      ignored.push(field)
    } else {
      report(strangeField(field))
    }
  }
  const candidate = candidateFrom(draft, { cwd: options.cwd, report })
  if (candidate === undefined) return { problems }
  const stored = new Set(options.stored && valuesOf(options.stored).values())
  for (const [target, { field, value }] of draft)
    if (kinds.has(target)) problems.push(...unclosedIn(value, field, stored))
  const spelled = new Map([...draft].map(([target, { field }]) => [target, field]))
  if (entry !== written && isBlank(written['headers'])) spelled.set('headers', 'bearerTokenEnv')
  const checked = checkConfig(candidate, spelled)
  if ('problems' in checked) return { problems: [...problems, ...checked.problems] }
  return problems.length > 0 ? { problems } : { config: checked.config, ignored }
}

function withBearer(entry: Record<string, unknown>): Record<string, unknown> {
  const headers = bearerHeaders(entry)
  if (!headers) return entry
  const { bearerTokenEnv: _, ...rest } = entry
  return { ...rest, headers }
}

/** What is stored already stays readable: so it is looked for in what a person writes only. */
function unclosedIn(value: unknown, field: string, stored: ReadonlySet<string>): Problem[] {
  if (typeof value === 'string') return stored.has(value) ? [] : unclosedProblems(value, field)
  if (Array.isArray(value))
    return value.flatMap((one, index) => unclosedIn(one, `${field}[${index}]`, stored))
  if (!isObject(value)) return []
  return Object.entries(value).flatMap(([name, one]) => unclosedIn(one, `${field}.${name}`, stored))
}

/** What would be stored, not checked yet; undefined when it is not even clear of which kind it is. */
function candidateFrom(
  draft: Draft,
  { cwd, report }: { cwd: string; report: (problem: Problem) => void },
): object | undefined {
  const command = draft.get('command')
  const url = draft.get('url')
  const type = draft.get('type')
  const needed = type?.value === undefined ? 'command or url' : type.value === 'stdio' ? 'command' : 'url'
  if (command !== undefined && url !== undefined) {
    const hint = 'A service is either started with command or reached at url.'
    report({ field: url.field, message: `${command.field} and ${url.field} are both given`, hint })
    return undefined
  }
  const given = command ?? url
  if (given === undefined) {
    report({ field: needed, message: `${needed} is missing` })
    return undefined
  }
  if (type?.value !== undefined && (type.value === 'stdio') !== (command !== undefined)) {
    report({ field: type.field, message: `${type.field} ${type.value} needs ${needed}, not ${given.field}` })
    return undefined
  }
  const stored = [...draft].filter(
    ([target, { value }]) => value !== undefined && (target !== 'disabled' || value === true),
  )
  return {
    type: command === undefined ? 'http' : 'stdio',
    ...Object.fromEntries(stored.map(([target, { value }]) => [target, value])),
    ...(command !== undefined && !draft.has('cwd') && { cwd: resolve(cwd) }),
  }
}

function strangeField(field: string): Problem {
  const refused = refusedFields.get(field)
  if (refused)
    return { field, message: `${quoted(field)} is known, but not supported yet`, hint: refused.hint }
  const meant = otherNames.get(field) ?? nearest(field, spellings.keys(), 1)[0]
  const hint =
    meant === undefined ? 'If it changes nothing for the server, remove it.' : didYouMean([quoted(meant)])
  return { field, message: `unknown field ${quoted(field)}`, hint }
}

function contradict(a: unknown, b: unknown): boolean {
  return a !== undefined && b !== undefined && !isDeepStrictEqual(a, b)
}
