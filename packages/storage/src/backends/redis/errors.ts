import { BackendError, type HealthState, unanswered } from '../../link/health.ts'
import { FOREIGN } from '../../records/record.ts'

interface Diagnosis {
  state: HealthState
  replaced?: boolean
  unsure?: boolean
  what: string
  hint: string
}

/** What the parser of ioredis says of bytes that are none of Redis; it asks for a report, which nobody needs. */
const PARSER = /^Protocol error, got/

/** What the first word of a reply means, https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors. */
const BY_CODE: Record<string, Diagnosis> = {
  READONLY: {
    state: 'write-degraded',
    replaced: true,
    what: 'is a read-only replica',
    hint: 'Give the address of the master, or wait for the end of the failover.',
  },
  OOM: {
    state: 'write-degraded',
    what: 'is out of memory',
    hint: 'Raise maxmemory or remove data.',
  },
  NOREPLICAS: {
    state: 'write-degraded',
    what: 'has not enough replicas to take writes',
    hint: 'Start its replicas, or lower min-replicas-to-write.',
  },
  MISCONF: {
    state: 'write-degraded',
    what: 'cannot save to its disk and takes no writes',
    hint: 'See its log for the reason, and make room on its disk.',
  },
  NOAUTH: {
    state: 'auth',
    what: 'wants a password',
    hint: 'Give it in the URL, as MCPSTORE_REDIS_PASSWORD to mcpstore, or as redis.password to setupStore.',
  },
  WRONGPASS: {
    state: 'auth',
    what: 'refuses the username or password',
    hint: 'Check it: in the URL, in MCPSTORE_REDIS_PASSWORD of mcpstore, or in redis.password of setupStore.',
  },
  NOPERM: {
    state: 'auth',
    what: 'does not let this user do what is needed',
    hint: 'Run mcpstore redis acl: it prints the rights that a user needs.',
  },
  LOADING: { state: 'suspect', what: 'is still loading its data', hint: 'Wait until it has loaded.' },
  BUSY: {
    state: 'suspect',
    what: 'is busy with a script',
    hint: 'Wait for the script, or end it with SCRIPT KILL.',
  },
  NOMASTER: {
    state: 'down',
    what: 'is a name that its sentinels do not know',
    hint: 'Check sentinelName: it is the name after "sentinel monitor" in their configuration.',
  },
  MASTERDOWN: {
    state: 'suspect',
    what: 'is a replica without its master',
    hint: 'Start its master, or let a replica take over.',
  },
  CLUSTERDOWN: {
    state: 'suspect',
    what: 'says that the cluster is down',
    hint: 'See CLUSTER INFO and CLUSTER NODES for what is missing.',
  },
  TRYAGAIN: { state: 'suspect', what: 'is moving slots', hint: 'Wait until they are moved.' },
  CROSSSLOT: {
    state: 'down',
    what: 'is a node of a cluster, and was spoken to as a server of its own',
    hint: 'Give its nodes by the option cluster (setupStore); a URL is for one server.',
  },
  DB: {
    state: 'down',
    what: 'has no such database',
    hint: 'Give another number at the end of the URL, e.g. /0.',
  },
  MAXCLIENTS: {
    state: 'down',
    what: 'takes no more connections',
    hint: 'Raise maxclients, or end some of its clients.',
  },
  PROTOCOL: {
    state: 'down',
    what: 'is not Redis: what answers there speaks another protocol',
    hint: 'Check host and port of the address, and whether it wants TLS (rediss://).',
  },
  WRONGTYPE: {
    state: 'down',
    what: 'holds something else where the dataspace keeps its own data',
    hint: 'Use another namespace or dataspace, or remove the foreign key.',
  },
}

const ALSO: readonly [RegExp, keyof typeof BY_CODE][] = [
  [PARSER, 'PROTOCOL'],
  [/^MOVED /, 'CROSSSLOT'],
  [/^ERR max number of clients/, 'MAXCLIENTS'],
  [/^ERR AUTH|invalid password|invalid username-password/i, 'WRONGPASS'],
  [/no permissions|ACL failure|can't run this command|unknown command/i, 'NOPERM'],
  [/No such master with that name/, 'NOMASTER'],
  [/hash value is not an integer|would overflow|attempt to (?:compare|perform|concatenate)/, 'WRONGTYPE'],
  [/DB index is out of range|SELECT is not allowed/i, 'DB'],
]

function gone(where: string): Diagnosis {
  const hint = `Check that it runs and that the address is right${alsoTls(where)}.`
  return { state: 'down', unsure: true, what: 'cannot be reached', hint }
}

/** It answered, with something that nobody foresaw: a script that met what it cannot work with. */
const STRANGE: Diagnosis = {
  state: 'down',
  unsure: true,
  what: 'answers with an error',
  hint: 'See whether something else has written to the keys of the dataspace.',
}

/** What a failure means for the dataspace on the Redis at `where` (no credentials in it). */
export function classify(thrown: unknown, where: string): BackendError {
  if (thrown instanceof BackendError) return thrown
  const told = lastOf(thrown)
  const message = (told instanceof Error && told.message) || codeOf(told) || String(told)
  const isReply = told instanceof Error && told.name === 'ReplyError'
  const {
    state,
    what,
    hint,
    replaced = false,
    unsure = false,
  } = diagnose(message) ?? (isReply ? STRANGE : gone(where))
  const said = PARSER.test(message) ? '' : ` (${firstLine(message)})`
  return new BackendError(state, `${where} ${what}${said}`, {
    hint,
    replaced,
    unsure,
    cause: withoutArguments(thrown),
  })
}

function diagnose(message: string): Diagnosis | undefined {
  const known = BY_CODE[/^-?([A-Z]+)\b/.exec(message)?.[1] ?? '']
  if (known) return known
  const also = ALSO.find(([pattern]) => pattern.test(message))
  return also && BY_CODE[also[1]]!
}

/** No answer in time: once may be chance, twice is an outage. */
export function silent(where: string, ms: number, { again }: { again: boolean }): BackendError {
  return unanswered(where, ms, { state: again ? 'down' : 'suspect', also: alsoTls(where) })
}

/** What else to look at, as the end of a sentence: a server without TLS waits for the end of a line, and says nothing. */
function alsoTls(where: string): string {
  return where.startsWith('rediss:') ? ', and that it speaks TLS' : ''
}

/** The dataspace on the server is another one than before: everything has to be compared. */
export function otherHistory(where: string): BackendError {
  return new BackendError('suspect', `${where} lost the dataspace, or holds another one`, {
    hint: 'Try again: what it holds now is being read.',
    broken: true,
  })
}

/** One connection has ended, and the next one is not there yet: nothing can be sent. */
export function betweenConnections(where: string): BackendError {
  return new BackendError('suspect', `${where} is not connected to at the moment`, {
    hint: 'Try again: it is being connected to.',
    broken: true,
  })
}

/** The same failure, of something that was asked with others, which were done. */
export function doneInPart(failure: BackendError): BackendError {
  const { state, message, hint = '', cause, broken, replaced } = failure
  return new BackendError(state, message, { hint, cause, broken, replaced, unsure: true })
}

/** One of the dataspace's own keys cannot be used, for this reason that `refusal` gave. */
export function unusable(where: string, key: string, reason: string): BackendError {
  const { state, hint } = BY_CODE[reason === FORBIDDEN ? 'NOPERM' : 'WRONGTYPE']!
  return new BackendError(state, `${key} on ${where} cannot be used: ${reason}`, { hint })
}

const FORBIDDEN = 'this user may not write its key'

/**
 * Why one write was refused for its own sake, or `undefined` if its failure says something about the server: a key of
 * another type, a key this user may not touch, a value that is too large.
 */
export function refusal(message: string): string | undefined {
  if (message.startsWith('WRONGTYPE')) return FOREIGN
  if (/(can't|cannot|no permissions to) access|keys used as arguments/i.test(message)) return FORBIDDEN
  if (/exceeds maximum allowed size|invalid bulk length|string exceeds/i.test(message))
    return 'it is larger than Redis allows'
  return undefined
}

/** What a node of a cluster said last, where only that none was of use is told. */
function lastOf(thrown: unknown): unknown {
  return (thrown as { lastNodeError?: unknown } | undefined)?.lastNodeError ?? thrown
}

/** ioredis hangs a command's arguments, values and passwords among them, on its errors, and errors on each other. */
function withoutArguments(thrown: unknown): unknown {
  const left = [thrown]
  const met = new Set<unknown>()
  for (const error of left) {
    if (!(error instanceof Error) || met.has(error)) continue
    met.add(error)
    Reflect.deleteProperty(error, 'command')
    const { cause, lastNodeError, previousErrors, errors } = error as Error & Record<string, unknown>
    left.push(cause, lastNodeError, ...Object.values(previousErrors ?? {}), ...Object.values(errors ?? {}))
  }
  return thrown
}

function codeOf(thrown: unknown): string | undefined {
  const errors = (thrown as AggregateError | undefined)?.errors as
    | { code?: string; message?: string }[]
    | undefined
  return errors?.[0]?.message ?? (thrown as { code?: string } | undefined)?.code
}

function firstLine(message: string): string {
  return message.split(/\s+script: |\n/)[0]!.slice(0, 200)
}
