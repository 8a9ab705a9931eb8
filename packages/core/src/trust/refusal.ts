import type { McpStoreError } from '@mcpstore/storage'
import { quoted } from '../config/problem.ts'
import { type ErrorCode, storeError } from '../errors.ts'
import type { ServiceName } from '../services/keys.ts'

/** Why a service is neither started nor connected, in one line; `problem` is why approvals could not be read. */
export function inertReason(danger: string, problem: McpStoreError | undefined): string {
  return `nobody here approved this config, and ${danger}${problem ? ` (${problem.message})` : ''}`
}

/** The error of whoever reaches for a service that is inert. */
export function untrusted(
  { name, scope }: ServiceName,
  danger: string,
  problem: McpStoreError | undefined,
): McpStoreError<ErrorCode> {
  const [whose, flag] =
    scope === 'store' ? ['', ''] : [` of agent ${quoted(scope.agent)}`, ` --agent ${shellWord(scope.agent)}`]
  const written = `${shellWord(name)}${flag}`
  const look = `Look at it: mcpstore info ${written}. If you would run it yourself, approve it with mcpstore trust`
  const ways = `${look} ${written} (trustService), or add it here; or let the host decide: setupStore({ trust }).`
  return storeError(
    'untrusted',
    `service ${quoted(name)}${whose} is not trusted here: ${inertReason(danger, problem)}`,
    {
      hint: problem?.hint ? `${problem.hint} ${ways}` : ways,
      ...(problem && { cause: problem }),
    },
  )
}

/** A name from a stranger must not make a command line that does something else when it is pasted. */
export function shellWord(name: string): string {
  return /^[\w.@~+-]+$/.test(name) ? name : `'${name.replaceAll("'", `'\\''`)}'`
}
