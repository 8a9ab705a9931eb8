import type { Store } from '@mcpstore/core'
import { argumentSchema, asSchema } from '../arguments/argument-types.ts'
import type { CommandContext } from '../command.ts'
import { commandTable } from '../command-line/command-table.ts'
import { options } from '../command-line/options.ts'
import { givenText, visibleLine } from '../output/text/terminal-text.ts'
import { servicesOf } from '../store/store-session.ts'
import { optionsOf, type Wanted } from './wanted.ts'

/** A word that fits, and what is said of it where the shell shows that. */
export interface Candidate {
  value: string
  about?: string | undefined
}

type Scope = ReturnType<Store['forStore']>

/** How long an answer of the storage may take, in ms: somebody has his finger on the key. */
const PATIENCE_MS = 1000

/** What may stand in place of the last word, in the shell's words; `files` where it is the shell that knows. */
export async function candidatesFor(context: CommandContext, wanted: Wanted): Promise<Candidate[] | 'files'> {
  if (wanted.kind === 'file') return 'files'
  const { before, typed } = wanted
  const found = await within(PATIENCE_MS, all(context, wanted))
  return found
    .filter(({ value }) => value.startsWith(typed) && visibleLine(value) === value)
    .map((candidate) => ({ ...candidate, value: before + candidate.value }))
}

function all(
  context: CommandContext,
  { kind, spec, typed, values, words }: Wanted,
): Promise<Candidate[]> | Candidate[] {
  if (kind === undefined || kind === '@file') return []
  if (kind === 'command') return commandTable.map(({ name, summary }) => ({ value: name, about: summary }))
  if (kind === 'option') {
    return optionsOf(spec).map((name) => ({ value: `--${name}`, about: options[name].summary }))
  }
  if (typeof kind !== 'string') return kind.map((value) => ({ value }))
  if (kind === 'dataspace') {
    return context.listDataspaces().then(({ dataspaces }) => dataspaces.map(({ name }) => ({ value: name })))
  }
  return withStore(context, async (store) => {
    if (kind === 'agent') return (await store.listAgents()).map(({ id }) => ({ value: id }))
    const scope = servicesOf(store, { agent: values.get('agent') })
    if (kind === 'service') return services(scope)
    // Nobody keeps which prompts there are.
    if (kind === 'prompt') return typed.includes('/') ? [] : servicesOfTools(scope, spec?.name)
    if (kind === 'tool')
      return typed.includes('/') ? toolsOf(scope, typed) : servicesOfTools(scope, spec?.name)
    return argumentsOf(scope, words, typed)
  })
}

async function services(scope: Scope): Promise<Candidate[]> {
  return (await scope.listServices()).map(({ name, status }) => ({ value: name, about: status }))
}

/** Only services at first: all their tools would be too many to choose from. */
async function servicesOfTools(scope: Scope, command: string | undefined): Promise<Candidate[]> {
  const found = await services(scope)
  const paths = found.map(({ value, about }) => ({ value: `${value}/`, about }))
  return command === 'info' ? [...found, ...paths] : paths
}

async function toolsOf(scope: Scope, typed: string): Promise<Candidate[]> {
  const tools = await scope.listTools(typed.slice(0, typed.indexOf('/')), { offline: true })
  return tools.map(({ name, description }) => ({ value: name, about: givenText(description) }))
}

/** `k=` for what a tool takes and was not given, and the values of one where they are few. */
async function argumentsOf(
  scope: Scope,
  [tool, ...given]: readonly string[],
  typed: string,
): Promise<Candidate[]> {
  const { inputSchema } = await scope.findTool(tool!, { offline: true })
  const names = Object.keys(asSchema(asSchema(inputSchema)?.['properties']) ?? {})
  const at = typed.indexOf('=')
  if (at < 0) {
    const taken = new Set(given.map((word) => word.split(/:?=/, 1)[0]))
    return names
      .filter((name) => !taken.has(name))
      .map((name) => ({ value: `${name}=`, about: textIn(argumentSchema(inputSchema, name), 'description') }))
  }
  const name = typed.slice(0, at)
  const { type, enum: choices } = argumentSchema(inputSchema, name) ?? {}
  const values = type === 'boolean' ? [true, false] : Array.isArray(choices) ? choices : []
  return values.map((value) => ({ value: `${name}=${value}` }))
}

function textIn(schema: Record<string, unknown> | undefined, field: string): string | undefined {
  const text = schema?.[field]
  return typeof text === 'string' ? text : undefined
}

async function withStore<T>(context: CommandContext, work: (store: Store) => Promise<T>): Promise<T> {
  const store = await context.openStore()
  try {
    return await work(store)
  } finally {
    await store.close()
  }
}

/** What was found in time; nothing of what goes wrong belongs on the line that somebody types. */
async function within(ms: number, work: Promise<Candidate[]> | Candidate[]): Promise<Candidate[]> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<Candidate[]>((resolve) => {
    timer = setTimeout(() => resolve([]), ms)
  })
  try {
    return await Promise.race([work, late])
  } catch {
    return []
  } finally {
    clearTimeout(timer)
  }
}
