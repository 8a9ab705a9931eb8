import type { TcpProxy } from '../support/tcp-proxy.ts'

/** What was counted, by the `what` of its limit. */
export type Measured = Record<string, number>

/** What went through a proxy since it was asked last; `bytes` are those of both ways. */
export function taken(proxy: TcpProxy): { commands: number; roundTrips: number; bytes: number } {
  const { commands, batches, request, reply } = proxy.counts
  const bytes = request.delivered + reply.delivered
  proxy.forget()
  return { commands, roundTrips: batches, bytes }
}
