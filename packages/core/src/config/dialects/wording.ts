import { type Placeholder, replacePlaceholders } from '../placeholders/placeholder-syntax.ts'
import { holdsSealed } from '../placeholders/sealed-syntax.ts'
import type { ServiceConfig } from '../service-config.ts'
import type { Client } from './client.ts'
import { dependsOnFolder, startedIn, wholeCommand } from './in-folder.ts'

/** What a client has words for. */
export interface Words {
  /** Its name in sentences. */
  title: string
  /** How it writes a placeholder; none where it fills in nothing. */
  placeholder?(placeholder: Placeholder): string
  /** Whether it knows defaults in placeholders. */
  defaults?: true
  /** Text that it would take for a placeholder of its own. */
  special?: RegExp
  /** Fields of ours, beside command, args, env, url and headers, that it has in some way. */
  knows: readonly ('cwd' | 'envFile' | 'description' | 'disabled' | 'sse' | 'remote')[]
}

/** The parts of a config that a client can have, in its placeholders. */
interface Worded {
  command: string
  args?: string[]
  env?: Record<string, string>
  url: string
  headers?: Record<string, string>
}

/** What is said of one text. */
type Said = { text: string; unsaid?: string } | { why: string }

/** How a client with these words writes a service: `entryOf` puts what it has words for into its entry. */
export function writing(
  words: Words,
  entryOf: (worded: Worded, config: ServiceConfig) => Record<string, unknown>,
): Client['write'] {
  return (config) => {
    const said = worded(config, words)
    return typeof said === 'string' ? said : { entry: entryOf(said.parts, config), unsaid: said.unsaid }
  }
}

/**
 * A config in a client's placeholders: what it has no words for is named in `unsaid`, or, where the service would be
 * another one without it, is the reason why there is none. Nothing is filled in or opened.
 */
function worded(config: ServiceConfig, words: Words): { parts: Worded; unsaid: string[] } | string {
  const { title, knows } = words
  const can = (what: Words['knows'][number]): boolean => knows.includes(what)
  if (config.type !== 'stdio' && !can('remote')) return `${title} knows no remote services in its file`
  if (config.type === 'sse' && !can('sse')) return `${title} speaks no SSE`
  if (config.disabled && !can('disabled')) return `it is disabled, and ${title} would start it`
  const unsaid: string[] = []
  const folder = config.type === 'stdio' && !can('cwd') && dependsOnFolder(config) ? config.cwd : undefined
  if (folder !== undefined && !folder.startsWith('/')) {
    return `it runs in ${folder}, and ${title} has no field for that: write its paths whole, not from there`
  }
  const unknown = (['cwd', 'envFile', 'description'] as const).filter(
    (field) => field in config && !can(field) && (field !== 'cwd' || folder === undefined),
  )
  for (const field of unknown) unsaid.push(`${field} is left out: ${title} has no such field`)
  if (config.protocol !== undefined) unsaid.push(`protocol is left out: ${title} has no such field`)

  const needed: string[] = []
  const must = (value: string, field: string): string => {
    const said = say(value, words)
    if ('why' in said) needed.push(`${field} ${said.why}`)
    else if (said.unsaid) unsaid.push(`${field}: ${said.unsaid}`)
    return 'why' in said ? '' : said.text
  }
  const may = (values: Record<string, string>, parent: string): Record<string, string> =>
    Object.fromEntries(
      Object.entries(values).flatMap(([name, value]) => {
        const said = say(value, words)
        if ('why' in said) unsaid.push(`${parent}.${name} is left out: it ${said.why}`)
        else if (said.unsaid) unsaid.push(`${parent}.${name}: ${said.unsaid}`)
        return 'why' in said ? [] : [[name, said.text]]
      }),
    )
  const parts: Worded = { command: '', url: '' }
  if (config.type === 'stdio') {
    parts.command = must(wholeCommand(config), 'command')
    if (config.args) parts.args = config.args.map((arg, at) => must(arg, `args[${at}]`))
    if (folder !== undefined) {
      Object.assign(parts, startedIn(must(folder, 'cwd'), parts))
      unsaid.push(`/bin/sh starts it in its cwd: ${title} has no such field`)
    }
    const env = may(config.env ?? {}, 'env')
    if (Object.keys(env).length > 0) parts.env = env
  } else {
    parts.url = must(config.url, 'url')
    const headers = may(config.headers ?? {}, 'headers')
    if (Object.keys(headers).length > 0) parts.headers = headers
  }
  return needed.length > 0 ? needed.join('; ') : { parts, unsaid }
}

function say(value: string, { title, placeholder, defaults, special }: Words): Said {
  if (holdsSealed(value)) return { why: 'is sealed' }
  let variable: string | undefined
  let lost: string | undefined
  const text = replacePlaceholders(value, (found) => {
    variable = found.variable
    if (found.fallback !== undefined && !defaults) lost = found.variable
    return placeholder?.(found) ?? ''
  })
  if (variable !== undefined && !placeholder) {
    return { why: `needs \${${variable}}, and ${title} fills in no variables there` }
  }
  const plain = replacePlaceholders(value, () => '\0')
  if (special?.test(plain)) return { why: `holds a text that ${title} would take for a placeholder` }
  if (lost === undefined) return { text }
  return { text, unsaid: `the default of \${${lost}} is left out: ${title} knows no defaults` }
}

/** The usual entry: `command`, `args`, `env` or `url`, `headers`, and the fields that are given as they are. */
export function usualEntry(
  { command, args, env, url, headers }: Worded,
  more: Record<string, unknown> = {},
): Record<string, unknown> {
  const known = url === '' ? { command, args, env } : { url, headers }
  return Object.fromEntries(Object.entries({ ...known, ...more }).filter(([, value]) => value !== undefined))
}
