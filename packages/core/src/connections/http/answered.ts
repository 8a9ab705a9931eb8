import { MAX_MESSAGE_BYTES, MessageTooLong, tooLong } from '../message-limit.ts'
import type { Chunks } from './first-event.ts'

export const LOST = 'mcpstore: the stream ended without an answer'
const TOO_LONG = 'mcpstore: the answer was too long'
/** What stands in for an answer that never came, and what it says of the server. */
const substitutes: Record<string, string> = {
  [LOST]: 'closed the connection without an answer',
  [TOO_LONG]: tooLong,
}

/** The id of an event of our own: a stream that ended with it is not resumed. */
export const OVER = 'mcpstore-over'
/** An unfinished line of more characters is no line with an id. */
const LONGEST_ID_LINE = 1024

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
  /** Called when the stream is over that the SDK resumes where it has no answer, with the ids of its last events. */
  onPause?: (events: readonly string[]) => void
}

/** An event with an error in place of the answer to request `id`. */
export function lossEvent(id: string | undefined, data: string): string {
  const error = { code: -32000, message: 'no answer', data }
  return `\n\nid: ${OVER}\nevent: message\ndata: {"jsonrpc":"2.0","id":${id},"error":${JSON.stringify(error)}}\n\n`
}

/**
 * The stream that answers request `id`, with an error of our own at its end: if the stream broke off before the
 * answer, nothing else would ever tell the SDK; after the answer nobody hears it. A stream whose events have ids is
 * left to the SDK, which resumes it, unless one of them was too long. Without an `id` only `onEnd` and the limit are
 * added.
 */
export function answered(
  stream: Chunks,
  { id, limit = MAX_MESSAGE_BYTES, onEnd, onPause = () => {} }: AnsweredOptions,
): ReadableStream<Uint8Array> {
  const chunks = stream[Symbol.asyncIterator]()
  let resumable = id === undefined
  let unfinished = '\n'
  let length = 0
  /** The last two: of the last one the SDK may not have seen the end. */
  let events: string[] = []
  const finish = (controller: ReadableStreamDefaultController<Uint8Array>, data: string): void => {
    controller.enqueue(new TextEncoder().encode(lossEvent(id, data)))
    controller.close()
  }
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await chunks.next()
        if (done) {
          onEnd()
          onPause(events)
          return resumable ? controller.close() : finish(controller, LOST)
        }
        const text = unfinished + Buffer.from(value).toString('latin1')
        resumable ||= /[\r\n]id:/.test(text)
        events = [...events, ...eventIds(text)].slice(-2)
        unfinished = unfinishedLine(text)
        length = sinceEventEnd(text) ?? length + value.length
        if (length > limit) throw new MessageTooLong()
        controller.enqueue(value)
      } catch (error) {
        const isTooLong = error instanceof MessageTooLong
        onEnd(isTooLong ? error : undefined)
        if (isTooLong) stream.destroy?.()
        else onPause(events)
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

function eventIds(text: string): string[] {
  return [...text.matchAll(/[\r\n]id: ?([^\r\n]+)(?=[\r\n])/g)].map(([, event]) => event!)
}

/** The end of a text that the beginning of the next one may belong to: an empty line, or a line with an id. */
function unfinishedLine(text: string): string {
  const start = Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r'), 0)
  return text.length - start > LONGEST_ID_LINE ? text.slice(-3) : text.slice(Math.min(start, text.length - 3))
}

/** How many characters stand after the last empty line, which ends an event; `undefined` where there is none. */
function sinceEventEnd(text: string): number | undefined {
  const end = Math.max(...['\n\n', '\n\r\n', '\r\r'].map((mark) => text.lastIndexOf(mark)))
  return end === -1 ? undefined : text.length - end
}
