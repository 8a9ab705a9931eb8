import { storeError } from '../../errors.ts'
import { isObject, kindOf, type Problem } from '../problem.ts'
import type { ServiceConfig } from '../service-config.ts'
import { type Client, inHome, joined } from './client.ts'
import { namedEntries, own } from './dialect.ts'
import { usualEntry, type Words, writing } from './wording.ts'

// It fills in nothing; variables are named in fields of their own.
const words: Words = { title: 'Codex', knows: ['remote', 'cwd', 'disabled'] }

/** Codex: `[mcp_servers.NAME]` in TOML. */
export const codex: Client = {
  id: 'codex',
  title: words.title,
  format: 'toml',
  userFiles: (machine) => [
    machine.env['CODEX_HOME']
      ? joined(machine, machine.env['CODEX_HOME'], 'config.toml')
      : inHome(machine, '.codex', 'config.toml'),
  ],
  projectFiles: ['.codex/config.toml'],
  upwards: true,
  match: (input) => own(input, 'mcp_servers') !== undefined,

  entries(input) {
    const services = own(input, 'mcp_servers')
    if (isObject(services)) return namedEntries(services, ['mcp_servers'])
    throw storeError('bad_config', `mcp_servers must be a table, not ${kindOf(services)}`)
  },

  inOurFields(written) {
    const { env_vars, bearer_token_env_var, http_headers, env_http_headers, tools, ...entry } = written
    const forwarded = namesIn(env_vars)
    const problem =
      forwarded === undefined
        ? mustBe('env_vars', 'a list of names of variables of this machine')
        : (tableProblem({ env: entry['env'], http_headers, env_http_headers }) ??
          variableProblem(env_http_headers))
    if (problem !== undefined) return { problem }
    const env = { ...asRecord(entry['env']), ...asVariables(forwarded!.map((name) => [name, name])) }
    const token = bearer_token_env_var === undefined ? [] : [['Authorization', bearer_token_env_var] as const]
    const headers = {
      ...asRecord(http_headers),
      ...asVariables(Object.entries(asRecord(env_http_headers))),
      ...Object.fromEntries(token.map(([name, variable]) => [name, `Bearer \${${variable}}`])),
    }
    const ours = {
      ...entry,
      ...(hasFields(env) && { env }),
      ...(hasFields(headers) && { headers }),
      // How single tools are approved of says nothing about which there are.
      ...(tools !== undefined && !isApproval(tools) && { tools }),
    }
    return { entry: ours }
  },

  write(config) {
    const { named, rest, lost } = withoutVariables(config)
    const write = writing(words, (worded) => {
      const { headers: http_headers, ...entry } = usualEntry(worded, {
        cwd: config.type === 'stdio' ? config.cwd : undefined,
        enabled: config.disabled ? false : undefined,
      })
      return { ...entry, ...(hasFields(http_headers) && { http_headers }), ...named }
    })
    const written = write(rest)
    return typeof written === 'string' ? written : { ...written, unsaid: [...lost, ...written.unsaid] }
  },
  document: (entries) => ({ mcp_servers: entries }),
}

/** The config without the variables that have fields of their own, these fields, and the defaults they have no words for. */
function withoutVariables(config: ServiceConfig): {
  rest: ServiceConfig
  named: Record<string, unknown>
  lost: string[]
} {
  const lost: string[] = []
  const taken = (value: string, field: string): string | undefined => {
    const { name, hasDefault } = variableIn(value) ?? {}
    if (hasDefault) lost.push(`${field}: the default of \${${name}} is left out: Codex knows no defaults`)
    return name
  }
  if (config.type === 'stdio') {
    const all = Object.entries(config.env ?? {})
    const env_vars = all.flatMap(([name, value]) =>
      variableIn(value)?.name === name ? [taken(value, `env.${name}`)!] : [],
    )
    const env = Object.fromEntries(all.filter(([name]) => !env_vars.includes(name)))
    const { env: _env, ...rest } = config
    return {
      rest: { ...rest, ...(hasFields(env) && { env }) },
      named: env_vars.length > 0 ? { env_vars } : {},
      lost,
    }
  }
  const { headers = {}, ...rest } = config
  const plain: Record<string, string> = {}
  const env_http_headers: Record<string, string> = {}
  const named: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(headers)) {
    const bearer =
      name.toLowerCase() === 'authorization' ? /^Bearer (\$\{.*\})$/i.exec(value)?.[1] : undefined
    const token = bearer === undefined ? undefined : taken(bearer, `headers.${name}`)
    const variable = taken(value, `headers.${name}`)
    if (token !== undefined) named['bearer_token_env_var'] = token
    else if (variable !== undefined) env_http_headers[name] = variable
    else plain[name] = value
  }
  if (hasFields(env_http_headers)) named['env_http_headers'] = env_http_headers
  return { rest: { ...rest, ...(hasFields(plain) && { headers: plain }) }, named, lost }
}

/** The variable of a value that is nothing but its placeholder. */
function variableIn(value: string): { name: string; hasDefault: boolean } | undefined {
  const [, name, fallback] = /^\$\{([A-Za-z_]\w*)(:-[^{}]*)?\}$/.exec(value) ?? []
  return name === undefined ? undefined : { name, hasDefault: fallback !== undefined }
}

function namesIn(list: unknown): string[] | undefined {
  if (list === undefined) return []
  if (!Array.isArray(list)) return undefined
  const names = list.map((one) =>
    isObject(one) && (own(one, 'source') ?? 'local') === 'local' ? own(one, 'name') : one,
  )
  return names.every((name) => typeof name === 'string') ? names : undefined
}

function tableProblem(tables: Record<string, unknown>): Problem | undefined {
  const wrong = Object.entries(tables).find(([, value]) => value !== undefined && !isObject(value))
  return wrong && mustBe(wrong[0], `a table, not ${kindOf(wrong[1])}`)
}

function variableProblem(names: unknown): Problem | undefined {
  const wrong = Object.entries(asRecord(names)).find(([, variable]) => typeof variable !== 'string')
  return wrong && mustBe(`env_http_headers.${wrong[0]}`, `the name of a variable, not ${kindOf(wrong[1])}`)
}

function mustBe(field: string, what: string): Problem {
  return { field, message: `${field} must be ${what}` }
}

function asVariables(names: [string, unknown][]): Record<string, unknown> {
  return Object.fromEntries(
    names.map(([name, variable]) => [name, typeof variable === 'string' ? `\${${variable}}` : variable]),
  )
}

function asRecord(value: unknown): Record<string, unknown> {
  return isObject(value) ? value : {}
}

function hasFields(value: unknown): boolean {
  return isObject(value) && Object.keys(value).length > 0
}

function isApproval(tools: unknown): boolean {
  return (
    isObject(tools) &&
    Object.values(tools).every(
      (one) => isObject(one) && Object.keys(one).every((key) => key === 'approval_mode'),
    )
  )
}
