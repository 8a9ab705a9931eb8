import { setTimeout as pause } from 'node:timers/promises'
import type { Scope } from '@mcpstore/storage'
import { asError, storeError } from '../../errors.ts'
import type { Asking } from '../../host/handlers.ts'
import type { Host } from '../../host/host.ts'
import type { RawTool } from '../connector.ts'
import type { Deadline } from '../deadline.ts'
import { type Dialect, FailedLater, type RawRequest } from '../dialect.ts'
import { fields } from '../facts.ts'
import { collectPages, toolListing } from '../pages.ts'
import type { Peer, Sdk } from '../sdk.ts'
import { DISCOVER } from './discover.ts'
import { type Envelope, enveloped } from './envelope.ts'
import type { MirroredArguments } from './mirrored-arguments.ts'

/** How often one request may come back for more input. */
const MAX_ROUNDS = 10
/** How long a request waits that comes back without a question, which is how a server sheds load. */
const PAUSE_MS = 250
/** The JSON-RPC code for headers that do not say what the request does. */
const HEADER_MISMATCH = -32020

export interface ModernParts {
  service: string
  scope: Scope
  sdk: Sdk
  peer: Peer
  host: Host
  envelope: Envelope
  /** Over HTTP: which arguments of which tools are sent as headers too. */
  mirrored?: MirroredArguments | undefined
  warn: (line: string) => void
}

type Answer = Record<string, unknown>

/** Requests that stand for themselves, and come back as often as the server needs input for them. */
export function modernDialect({
  service,
  scope,
  sdk,
  peer,
  host,
  envelope,
  mirrored,
  warn,
}: ModernParts): Dialect {
  const send = (request: RawRequest, deadline: Deadline): Promise<Answer> =>
    peer.ask(enveloped(request, envelope), deadline)

  /** Sends a call again, once, where its headers were not what the server wants: it looks at them before it runs anything. */
  const sendWithHeaders = async (request: RawRequest, deadline: Deadline): Promise<Answer> => {
    try {
      return await send(request, deadline)
    } catch (error) {
      const isMismatch = error instanceof sdk.McpError && error.code === HEADER_MISMATCH
      if (!isMismatch || !mirrored || request.method !== 'tools/call') throw error
      const { entries } = await collectPages<RawTool>(service, toolListing, (params) =>
        send({ method: toolListing.method, params }, deadline),
      )
      mirrored.callable(entries, () => {})
      return send(request, deadline)
    }
  }

  const inputFor = async (answer: Answer, deadline: Deadline): Promise<Answer> => {
    const state = 'requestState' in answer ? { requestState: answer['requestState'] } : {}
    const questions = Object.entries(fields(answer['inputRequests']))
    if (questions.length === 0) {
      await deadline.race(pause(PAUSE_MS))
      return state
    }
    const round = new AbortController()
    const asking = { service, scope, signal: AbortSignal.any([deadline.signal, round.signal]) }
    const answers = questions.map(async ([key, question]) => {
      const { method, params } = fields(question)
      const answered = await answerOf(host, String(method), fields(params), asking)
      return [key, answered] as const
    })
    // Who has to be asked may take his time.
    deadline.hold()
    try {
      const inputResponses = Object.fromEntries(await deadline.race(Promise.all(answers)))
      return { ...state, inputResponses }
    } finally {
      // If one question has no answer, nobody waits for those of the others.
      round.abort()
      deadline.release()
    }
  }

  return {
    health: DISCOVER,
    async exchange(request, deadline) {
      let input: Answer = {}
      for (let round = 0; ; round++) {
        const whole = { ...request, params: { ...request.params, ...input } }
        const answer = await sendWithHeaders(whole, deadline).catch((cause: unknown) => {
          throw round === 0 ? cause : new FailedLater(asError(cause).message, { cause })
        })
        if (answer['resultType'] !== 'input_required') return answer
        if (round === MAX_ROUNDS) {
          const message = `service "${service}" wants more input for "${request.method}" after ${MAX_ROUNDS} rounds of it`
          throw storeError('input_required', message)
        }
        input = await inputFor(answer, deadline)
        deadline.restart()
      }
    },
    callable: (tools) => mirrored?.callable(tools, (line) => warn(`service "${service}" ${line}`)) ?? tools,
    prepare: (tool, inputSchema) => mirrored?.learn(tool, inputSchema),
  }
}

async function answerOf(host: Host, method: string, params: Answer, asking: Asking): Promise<Answer> {
  try {
    return await host.answer(method, params, asking)
  } catch (thrown) {
    const error = asError(thrown)
    const message = `service "${asking.service}" needs an answer to "${method}", which this host did not give: ${error.message}`
    const hint =
      'A host answers servers with the options "sampling", "elicitation" and "roots" of setupStore.'
    throw storeError('input_required', message, { hint, cause: error })
  }
}
