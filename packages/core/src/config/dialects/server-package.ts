import { asVariable } from '../placeholders/placeholder-syntax.ts'
import { isObject } from '../problem.ts'
import { own } from './dialect.ts'

/** What can be added of one package or remote of a `server.json`, or why nothing. */
export type Offer = { what: string } & ({ entry: Record<string, unknown>; notes: string[] } | { why: string })

const runners: Readonly<Record<string, string>> = { npm: 'npx', pypi: 'uvx', oci: 'docker', nuget: 'dnx' }

// Where a package of each kind comes from when nobody says another place.
const usual = /^https:\/\/(?:registry\.npmjs\.org|pypi\.org|api\.nuget\.org|docker\.io)(?:\/|$)/

/** How a remote of a `server.json` is reached. */
export function offerOfRemote(remote: Record<string, unknown>): Offer {
  const type = own(remote, 'type') ?? own(remote, 'transportType')
  const pen = new Pen()
  const url = pen.template(own(remote, 'url'), own(remote, 'variables'))
  const headers = pen.pairs(own(remote, 'headers'))
  return {
    what: `remote ${type === 'sse' ? 'sse' : 'http'}`,
    entry: { type: type === 'sse' ? 'sse' : 'http', url, ...(headers && { headers }) },
    notes: pen.notes,
  }
}

/** How a package of a `server.json` is started: at exactly its version, by the program that runs such packages. */
export function offerOfPackage(source: Record<string, unknown>): Offer {
  const kind = String(own(source, 'registryType') ?? own(source, 'registryName') ?? 'unknown')
  const what = `package ${kind}`
  const runner = Object.hasOwn(runners, kind) ? runners[kind]! : undefined
  const transport = own(own(source, 'transport'), 'type') ?? 'stdio'
  const base = own(source, 'registryBaseUrl')
  const [identifier, version] = [own(source, 'identifier') ?? own(source, 'name'), own(source, 'version')]
  if (runner === undefined) return { what, why: `no program that runs "${kind}" packages is known` }
  if (transport !== 'stdio') return { what, why: 'it has to be started by hand, and reached at its URL' }
  if (typeof identifier !== 'string' || identifier.startsWith('-'))
    return { what, why: 'it has no identifier' }
  if (typeof base === 'string' && !usual.test(base)) {
    return { what, why: `it comes from ${base}, which ${runner} has to be told of first` }
  }
  const pen = new Pen()
  const hint = own(source, 'runtimeHint')
  const command = typeof hint === 'string' && hint !== '' ? hint : runner
  const before = pen.args(own(source, 'runtimeArguments'))
  const after = pen.args(own(source, 'packageArguments'))
  const env = pen.pairs(own(source, 'environmentVariables'))
  const reference = referenceOf(
    kind,
    identifier,
    typeof version === 'string' && version !== '' ? version : undefined,
  )
  const args = [...startOf(command, before, Object.keys(env ?? {})), reference, ...after]
  return { what, entry: { type: 'stdio', command, args, ...(env && { env }) }, notes: pen.notes }
}

function referenceOf(kind: string, identifier: string, version: string | undefined): string {
  if (version === undefined) return identifier
  // An image may have its tag or digest in its name.
  if (kind === 'oci') return /[:@][^/]*$/.test(identifier) ? identifier : `${identifier}:${version}`
  return `${identifier}@${version}`
}

/** What stands before the package: what keeps its runner from asking, and what a container needs to see. */
function startOf(command: string, args: readonly string[], variables: readonly string[]): string[] {
  if (command === 'npx') return args.includes('-y') || args.includes('--yes') ? [...args] : ['-y', ...args]
  if (command === 'dnx') return [...args, '--yes']
  if (command !== 'docker') return [...args]
  const own = args[0] === 'run' ? args.slice(1) : args
  const quiet = ['-i', '--rm'].filter((flag) => !own.includes(flag))
  return ['run', ...quiet, ...own, ...variables.flatMap((name) => ['-e', name])]
}

/** Writes what a `server.json` leaves to be filled in as placeholders, and notes what is left out. */
class Pen {
  readonly notes: string[] = []

  args(list: unknown): string[] {
    return asList(list).flatMap((one) => {
      const name = own(one, 'name')
      const known = own(one, 'valueHint') ?? name
      const value = this.#value(one, typeof known === 'string' ? known : 'argument')
      if (own(one, 'type') !== 'named' || typeof name !== 'string') return value === undefined ? [] : [value]
      if (value !== undefined) return [name, value]
      const isFlag = ['isRequired', 'valueHint', 'variables', 'format'].every(
        (field) => own(one, field) === undefined,
      )
      return isFlag ? [name] : []
    })
  }

  /** Variables or headers. */
  pairs(list: unknown): Record<string, string> | undefined {
    const pairs = asList(list).flatMap((one): [string, string][] => {
      const name = own(one, 'name')
      if (typeof name !== 'string') return []
      const value = this.#value(one, name)
      return value === undefined ? [] : [[name, value]]
    })
    return pairs.length > 0 ? Object.fromEntries(pairs) : undefined
  }

  /** A text in which `{name}` stands for a variable. */
  template(value: unknown, variables: unknown): unknown {
    if (typeof value !== 'string') return value
    return value.replace(/\{([\w-]+)\}/g, (found, name: string) => {
      const variable = own(variables, name)
      return isObject(variable) ? (this.#value(variable, name) ?? '') : found
    })
  }

  #value(input: Record<string, unknown>, name: string): string | undefined {
    const [value, fallback] = [own(input, 'value'), own(input, 'default')]
    if (value !== undefined && value !== null)
      return String(this.template(String(value), own(input, 'variables')))
    const variable = asVariable(name.replace(/^-+/, ''))
    if (fallback !== undefined && fallback !== null) {
      const text = String(fallback)
      return /[{}]/.test(text) ? text : `\${${variable}:-${text}}`
    }
    if (own(input, 'isRequired') === true) return `\${${variable}}`
    if (own(input, 'type') !== 'named') this.notes.push(`optional, left out: ${name}`)
    return undefined
  }
}

function asList(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}
