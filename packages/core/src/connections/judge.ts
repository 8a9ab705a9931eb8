import { wordsOfLoss } from './http/answered.ts'
import { UNSUPPORTED_VERSION } from './http/status.ts'
import type { Link } from './link.ts'
import { NoAnswer } from './requests.ts'
import type { Sdk } from './sdk.ts'
import type { Verdict } from './verdict.ts'

/** What the SDK says to every open request when its transport ends. Servers use the code too, for anything. */
const CONNECTION_CLOSED = 'MCP error -32000: Connection closed'

/** The server speaks no version of the protocol that is spoken here; the message is the version. */
export class UnknownVersion extends Error {}

/** What became of a request that failed for another reason than its deadline. */
export function judge(error: unknown, { sdk, link }: { sdk: Sdk; link: Link }): Verdict {
  if (error instanceof UnknownVersion) {
    const words = `speaks version ${error.message} of MCP, which is not known here`
    return { fate: 'refused', words, hint: 'Try another version of the server.' }
  }
  if (isNoMessage(error)) return { fate: 'lost', words: 'answered with something that is no MCP message' }
  if (!(error instanceof sdk.McpError)) return link.judge(error)
  const loss = wordsOfLoss(error.data)
  if (loss !== undefined) return { fate: 'lost', words: loss, over: true }
  if (error.message === CONNECTION_CLOSED) return link.judge(error)
  // It speaks another protocol now than it did when this session was opened.
  const expired = error.code === UNSUPPORTED_VERSION
  const text = error.message.replace(/^MCP error -?\d+: /, '')
  return { fate: 'refused', words: `answered with an error: ${text} (code ${error.code})`, expired }
}

/** Whether a body was no JSON, or failed the SDK's schema of a message. */
function isNoMessage(error: unknown): boolean {
  return (
    error instanceof NoAnswer || error instanceof SyntaxError || (error instanceof Error && 'issues' in error)
  )
}
