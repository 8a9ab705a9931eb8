import type { Conflict, Json, PutResult } from '@mcpstore/storage'
import { join, type Member } from '../member.ts'
import { answerRequests } from '../worker-requests.ts'

let member: Member
let passed = 0

/** A process with a dataspace on Redis for which time passes as the test says. */
export const requests = {
  open: async (url: string, { mirror, passedMs }: { mirror: string; passedMs: number }): Promise<void> => {
    passed = passedMs
    const serverNow = () => Date.now() + passed
    member = await join({ url }, { mirror, skewMs: passedMs, serverNow })
  },
  /** Has so much time passed, for this process and for the server as it sees it. */
  pass: (ms: number): void => {
    passed += ms
    member.time.skewMs += ms
    member.time.pass(ms)
  },
  put: (service: string, value: Json | undefined): Promise<PutResult> => member.put(service, value),
  remove: (service: string): Promise<PutResult> => member.put(service, undefined),
  count: (service: string, calls: number): void => member.count(service, calls),
  calls: (service: string): number | undefined => member.calls(service),
  configs: (): Record<string, Json> => member.configs,
  state: (): { state: string; pendingWrites: number } => {
    const { state, pendingWrites } = member.status
    return { state, pendingWrites }
  },
  conflicts: (): Promise<Conflict[]> => member.store.conflicts(),
}

answerRequests(requests)
