import type { McpStoreError } from '@mcpstore/storage'
import { quoted } from '../config/problem.ts'
import { serviceWords } from '../config/shell-words.ts'
import { type ErrorCode, storeError } from '../errors.ts'
import type { ServiceName } from '../services/keys.ts'
import type { SignatureVerdict } from './signature.ts'

/** What is known about a service that nobody vouches for. */
export interface Doubts {
  /** Why approvals could not be read. */
  problem: McpStoreError | undefined
  /** Whether this process could tell a good signature. */
  hasSecret: boolean
  /** The key of its signature, and what that is worth. */
  signed: { keyId: string; verdict: SignatureVerdict } | undefined
}

/** Why a service is neither started nor connected, in one line. */
export function inertReason(danger: string, doubts: Doubts): string {
  const { problem } = doubts
  const signature = aboutSignature(doubts)
  const because = signature === undefined ? ' this config,' : ` this config, ${signature},`
  return `nobody here approved${because} and ${danger}${problem ? ` (${problem.message})` : ''}`
}

function aboutSignature({ hasSecret, signed }: Doubts): string | undefined {
  if (!signed) return hasSecret ? 'it is not signed' : undefined
  const { keyId, verdict } = signed
  if (verdict === 'broken') return 'its signature is of something else'
  if (verdict === 'older') return 'what was signed later was here before'
  if (verdict === 'foreign') {
    return `it is signed with key ${keyId}, ${hasSecret ? 'which is not of the secret here' : 'and this process has no secret'}`
  }
  return undefined
}

/** The error of whoever reaches for a service that is inert. */
export function untrusted(
  { name, scope }: ServiceName,
  danger: string,
  doubts: Doubts,
): McpStoreError<ErrorCode> {
  const { problem } = doubts
  const whose = scope === 'store' ? '' : ` of agent ${quoted(scope.agent)}`
  const written = serviceWords(name, scope)
  const look = `Look at it: mcpstore info ${written}. If you would run it yourself, approve it`
  const ways = `${look}: mcpstore trust ${written} (trustService, or setupStore({ trust })), or add it here.`
  return storeError(
    'untrusted',
    `service ${quoted(name)}${whose} is not trusted here: ${inertReason(danger, doubts)}`,
    {
      hint: [problem?.hint, aboutSecret(doubts), ways].filter((part) => part !== undefined).join(' '),
      ...(problem && { cause: problem }),
    },
  )
}

/** Whoever shares the dataspace's secret has nothing to approve. */
function aboutSecret({ hasSecret, signed }: Doubts): string | undefined {
  if (signed?.verdict !== 'foreign') return undefined
  const which = hasSecret
    ? 'the secret it was signed with, if need be as a previous one'
    : 'the secret of the dataspace'
  return `If you have ${which}, give it in MCPSTORE_SECRET (setupStore({ secret })).`
}
