import { clientNames } from '@mcpstore/core/client-ids'
import type { WordKind } from '../completion/word-kind.ts'

/** What stands in the values of an option, by its kind. */
interface Given {
  flag: boolean
  text: string
  list: string[]
}

export interface OptionSpec {
  /** What the value names, where a shell can complete it. */
  names?: WordKind
  /** `flag` takes no value, `text` one (the last counts), `list` one each time it is given. */
  kind: keyof Given
  /** How help names the value. */
  value?: string
  short?: string
  summary: string
}

const table = {
  namespace: { kind: 'text', value: 'NAME', summary: 'namespace (MCPSTORE_NAMESPACE; default "default")' },
  dataspace: {
    kind: 'text',
    names: 'dataspace',
    value: 'NAME',
    summary: 'dataspace (MCPSTORE_DATASPACE; default "default")',
  },
  home: {
    kind: 'text',
    names: 'file',
    value: 'DIR',
    summary:
      'where the data lies (MCPSTORE_HOME; else $XDG_DATA_HOME/mcpstore, else ~/.local/share/mcpstore)',
  },
  redis: {
    kind: 'text',
    value: 'URL',
    summary: 'keep the data in Redis (MCPSTORE_REDIS_URL; password: MCPSTORE_REDIS_PASSWORD)',
  },
  policy: {
    kind: 'text',
    names: ['fallback', 'strict', 'memory'],
    value: 'NAME',
    summary: 'when Redis is away: fallback, strict, memory (MCPSTORE_POLICY; default "fallback")',
  },
  'allow-private-addresses': {
    kind: 'flag',
    summary:
      'let services that nobody here approved reach this machine and its networks (MCPSTORE_ALLOW_PRIVATE_ADDRESSES=1)',
  },
  pin: {
    kind: 'text',
    names: ['warn', 'block', 'off'],
    value: 'NAME',
    summary: 'tools that are not what they were: warn, block, off (MCPSTORE_PIN; default "warn")',
  },
  json: { kind: 'flag', summary: 'one JSON document on stdout, errors as one JSON line on stderr' },
  quiet: { kind: 'flag', short: 'q', summary: 'nothing but results on stdout and errors on stderr' },
  timeout: {
    kind: 'text',
    value: 'TIME',
    summary: 'seconds, or 500ms, 2m (connect 30 s, call 60 s, wait 10 s)',
  },
  debug: { kind: 'flag', summary: 'log what is done on stderr, and stack traces' },
  help: { kind: 'flag', short: 'h', summary: 'show help' },
  version: { kind: 'flag', short: 'V', summary: 'show the version' },
  transport: {
    kind: 'text',
    names: ['http', 'sse'],
    value: 'http|sse',
    summary: 'how to talk to the URL (default http, falls back to sse)',
  },
  header: { kind: 'list', value: "'K: V'", summary: 'send this header; may be repeated' },
  env: { kind: 'list', value: 'K=V', summary: 'set this variable for the command; may be repeated' },
  cwd: {
    kind: 'text',
    names: 'file',
    value: 'DIR',
    summary: 'folder to run the command in (default: the current one)',
  },
  'if-absent': { kind: 'flag', summary: 'refuse a name that exists instead of updating it' },
  all: { kind: 'flag', summary: 'add all that was found, without asking' },
  from: {
    kind: 'list',
    names: clientNames,
    value: 'CLIENT',
    summary: 'add what this client has, without asking (claude, cursor, vscode, …); may be repeated',
  },
  as: {
    kind: 'text',
    names: clientNames,
    value: 'CLIENT',
    summary: 'in the words of this client, for its own file',
  },
  check: { kind: 'flag', summary: 'connect to what was added and say whether it works' },
  fresh: { kind: 'flag', summary: 'ask the services instead of the shared list' },
  offline: {
    kind: 'flag',
    summary: 'answer from the shared list alone: nobody is asked, nothing is started',
  },
  'max-age': {
    kind: 'text',
    value: 'TIME',
    summary: 'ask where the shared list is older than that: 10m, 2h',
  },
  schema: { kind: 'flag', summary: 'with the schemas of what they take and give' },
  search: {
    kind: 'text',
    value: 'WORDS',
    summary: 'only tools that have all of the words, as mcpstore grep',
  },
  limit: { kind: 'text', value: 'NUMBER', summary: 'how many tools are shown at most (default 20)' },
  args: {
    kind: 'text',
    names: '@file',
    value: 'JSON|@FILE|-',
    summary: 'arguments as a JSON object, from a file, or from stdin (-)',
  },
  save: {
    kind: 'text',
    names: 'file',
    value: 'DIR',
    summary: 'save images, audio and embedded resources there',
  },
  extract: {
    kind: 'text',
    value: 'PATH',
    summary: 'print only this part of the result: days[0].high, list[*].name',
  },
  'max-chars': {
    kind: 'text',
    value: 'NUMBER',
    summary: 'print so many characters at most, and say what was cut',
  },
  'dry-run': { kind: 'flag', summary: 'show the request that would be sent; nothing is started' },
  agent: {
    kind: 'text',
    names: 'agent',
    value: 'ID',
    summary: 'as this agent: its own services, and those assigned to it',
  },
  allow: { kind: 'list', value: 'GLOB', summary: 'only tools that fit: * is any text; may be repeated' },
  deny: { kind: 'list', value: 'GLOB', summary: 'no tools that fit, even if allowed; may be repeated' },
  offer: { kind: 'text', value: 'NUMBER', summary: 'which of the ways that a server.json offers to have it' },
  yes: { kind: 'flag', summary: 'do not ask' },
  accept: { kind: 'flag', summary: 'take what the tools are now for what they have to be' },
  revoke: { kind: 'flag', summary: 'take back what was approved' },
  'no-browser': { kind: 'flag', summary: 'open no browser: print the address, to open it elsewhere' },
  'client-id': { kind: 'text', value: 'ID', summary: 'the client that was registered there by hand' },
  'client-secret-env': { kind: 'text', value: 'VAR', summary: 'the variable that holds its secret' },
  'client-secret-stdin': { kind: 'flag', summary: 'read its secret from stdin' },
  'client-metadata': { kind: 'text', value: 'URL', summary: 'the document that describes the client' },
  'callback-port': {
    kind: 'text',
    value: 'PORT',
    summary: 'where the browser comes back to (default: a free port)',
  },
  'all-dataspaces': { kind: 'flag', summary: 'every dataspace of the namespace' },
  force: { kind: 'flag', summary: 'write over a file that is there' },
  replace: { kind: 'flag', summary: 'put what differs in place of what is there' },
  untrusted: { kind: 'flag', summary: 'take what nobody trusted where it was exported, and approve it' },
  watch: { kind: 'flag', summary: 'go on, and say each time what has become of it, until you interrupt it' },
  sort: {
    kind: 'text',
    names: ['calls', 'errors', 'p50', 'p95', 'name'],
    value: 'BY',
    summary: 'in which order: calls, errors, p50, p95, name (default "calls")',
  },
  lines: { kind: 'text', short: 'n', value: 'NUMBER', summary: 'how many lines at most (default 100)' },
  follow: { kind: 'flag', short: 'f', summary: 'go on with what comes, until you interrupt it' },
  since: { kind: 'text', value: 'TIME', summary: 'nothing older than that: 10m, 2h' },
  user: { kind: 'text', value: 'NAME', summary: 'the user in Redis (default "mcpstore")' },
} as const satisfies Record<string, OptionSpec>

/** Every option of every command. One name means the same everywhere. */
export type OptionName = keyof typeof table

/** What is given for each, as parsed. */
export type OptionValues = { [Name in OptionName]?: Given[(typeof table)[Name]['kind']] }

export const options: Readonly<Record<OptionName, OptionSpec>> = table

/** Options that every command takes. */
export const globalOptions: readonly OptionName[] = [
  'namespace',
  'dataspace',
  'home',
  'redis',
  'policy',
  'allow-private-addresses',
  'pin',
  'json',
  'quiet',
  'timeout',
  'debug',
  'help',
]
