import { MAX_MESSAGE_BYTES, MessageTooLong, tooLong } from '../message-limit.ts'
import type { Chunks } from './first-event.ts'

/** What stands in for an answer that never came, and what it says of the server. */
const substitutes: Record<string, string> = {
  'mcpstore: the stream ended without an answer': 'closed the connection without an answer',
  'mcpstore: the answer was too long': tooLong,
}
const [LOST, TOO_LONG] = Object.keys(substitutes) as [string, string]

/** What a JSON-RPC error's data says if it stands in for an answer that never came; else `undefined`. */
export function wordsOfLoss(data: unknown): string | undefined {
  return typeof data === 'string' && Object.hasOwn(substitutes, data) ? substitutes[data] : undefined
}

/** The id of the request in a POST's body; the SDK writes it last. */
export function requestId(body: unknown): string | undefined {
  return typeof body === 'string' ? /,"id":(\d+)\}$/.exec(body)?.[1] : undefined
}

/** The id of the request that a POST's body gives up. */
export function cancelledId(body: unknown): string | undefined {
  if (typeof body !== 'string' || !body.includes('"method":"notifications/cancelled"')) return undefined
  return /"requestId":(\d+)[,}]/.exec(body)?.[1]
}

export interface AnsweredOptions {
  id: string | undefined
  /** The most bytes an event may have. */
  limit?: number
  /** Called once when the stream is over, with `MessageTooLong` if that was why. */
  onEnd: (error?: MessageTooLong) => void
}

/**
 * The stream that answers request `id`, with an error of our own at its end: if the stream broke off before the
 * answer, nothing else would ever tell the SDK; after the answer nobody hears it. A stream whose events have ids is
 * left to the SDK, which resumes it, unless one of them was too long. Without an `id` only `onEnd` and the limit are
 * added.
 */
export function answered(
  stream: Chunks,
  { id, limit = MAX_MESSAGE_BYTES, onEnd }: AnsweredOptions,
): ReadableStream<Uint8Array> {
  const chunks = stream[Symbol.asyncIterator]()
  let resumable = id === undefined
  let lineStart = '\n'
  let length = 0
  const finish = (controller: ReadableStreamDefaultController<Uint8Array>, data: string): void => {
    const error = { code: -32000, message: 'no answer', data }
    const event = `\n\nevent: message\ndata: {"jsonrpc":"2.0","id":${id},"error":${JSON.stringify(error)}}\n\n`
    controller.enqueue(new TextEncoder().encode(event))
    controller.close()
  }
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await chunks.next()
        if (done) {
          onEnd()
          return resumable ? controller.close() : finish(controller, LOST)
        }
        const text = lineStart + Buffer.from(value).toString('latin1')
        resumable ||= /[\r\n]id:/.test(text)
        lineStart = text.slice(-3)
        length = sinceEventEnd(text) ?? length + value.length
        if (length > limit) throw new MessageTooLong()
        controller.enqueue(value)
      } catch (error) {
        const isTooLong = error instanceof MessageTooLong
        onEnd(isTooLong ? error : undefined)
        if (isTooLong) stream.destroy?.()
        if (id !== undefined && (isTooLong || !resumable))
          return finish(controller, isTooLong ? TOO_LONG : LOST)
        controller.error(error)
      }
    },
    cancel() {
      onEnd()
      stream.destroy?.()
    },
  })
}

/** How many characters stand after the last empty line, which ends an event; `undefined` where there is none. */
function sinceEventEnd(text: string): number | undefined {
  const end = Math.max(...['\n\n', '\n\r\n', '\r\r'].map((mark) => text.lastIndexOf(mark)))
  return end === -1 ? undefined : text.length - end
}
