import type { Conditions, LaneCounts } from './proxy-lane.ts'

/** A command that a client sent. */
export interface SeenCommand {
  /** Number of the connection it came over. */
  connection: number
  /**
   * Commands of the same number came while a reply was still due: one round trip. A pipeline is one, unless it is so long
   * (some 64 kB) that its first replies come before its last commands.
   */
  batch: number
  /** In upper case. */
  name: string
  args: string[]
}

/** A fault that is met a number of times, by commands of its kind. */
export interface CommandRule {
  left: number
  to: (command: SeenCommand) => boolean
}

/** What a proxy does to its conversations. */
export interface ProxyRules {
  request: Conditions
  reply: Conditions
  hangUp: boolean
  dropRequests: CommandRule
  dropReplies: CommandRule
  dropMessages: { left: number }
}

/** What a proxy really did, and saw. */
export interface ProxyCounts {
  connections: number
  /** Connections that were accepted and reset at once. */
  hungUp: number
  /** Connections that were destroyed by `cut`, `refuse`, or `pass` after a loss. */
  cuts: number
  /** Commands that never reached the server, because the connection was cut before them. */
  requestsDropped: number
  /** Commands that the server executed, but the connection was cut before its reply. */
  repliesDropped: number
  /** Messages of subscriptions that were swallowed. */
  messagesDropped: number
  commands: number
  /** Round trips: see `SeenCommand.batch`. */
  batches: number
  request: LaneCounts
  reply: LaneCounts
}

const fair: Conditions = { hold: false, swallow: false, delayMs: 0, split: false }
const never: CommandRule = { left: 0, to: () => false }

/** Nothing is done to anything. */
export function fairRules(): ProxyRules {
  return {
    request: { ...fair },
    reply: { ...fair },
    hangUp: false,
    dropRequests: never,
    dropReplies: never,
    dropMessages: { left: 0 },
  }
}

export function zeroCounts(): ProxyCounts {
  const lane = { delivered: 0, swallowed: 0, held: 0, delayed: 0, split: 0 }
  return {
    connections: 0,
    hungUp: 0,
    cuts: 0,
    requestsDropped: 0,
    repliesDropped: 0,
    messagesDropped: 0,
    commands: 0,
    batches: 0,
    request: { ...lane },
    reply: { ...lane },
  }
}

/** Whether the rule is met once more. */
export function meets(rule: CommandRule, command: SeenCommand | undefined): boolean {
  if (rule.left === 0 || !command || !rule.to(command)) return false
  rule.left--
  return true
}
