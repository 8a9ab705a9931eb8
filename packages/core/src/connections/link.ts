import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import type { Verdict } from './verdict.ts'

/** What lies under a session: one transport, and what is known about its end. */
export interface Link {
  readonly transport: Transport
  /** Its server is on the way out: nothing more is to be sent. */
  readonly isEnding?: boolean
  /** What to do about a server that does not answer: ends a sentence. */
  readonly advice?: string | undefined
  /** What became of a request that failed in the transport, or was open when the transport ended. */
  judge(error: unknown): Verdict
  /** What the server said on the side, ready to be appended to a message; empty if it said nothing. */
  lastWords(): string
  /** Ends the transport and whatever it started. Never rejects. */
  close(): Promise<void>
}
