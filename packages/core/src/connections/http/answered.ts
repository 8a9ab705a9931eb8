const LOST = 'mcpstore: the stream ended without an answer'

/** Whether a JSON-RPC error's data says that it stands in for an answer that never came. */
export function isAnswerLost(data: unknown): boolean {
  return data === LOST
}

/** The id of the request in a POST's body; the SDK writes it last. */
export function requestId(body: unknown): string | undefined {
  return typeof body === 'string' ? /,"id":(\d+)\}$/.exec(body)?.[1] : undefined
}

/**
 * The stream that answers request `id`, with an error of our own at its end: if the stream broke off before the
 * answer, nothing else would ever tell the SDK; after the answer nobody hears it. A stream whose events have ids is
 * left to the SDK, which resumes it. Without an `id` only `onEnd` is added.
 */
export function answered(
  stream: ReadableStream<Uint8Array>,
  { id, onEnd }: { id: string | undefined; onEnd: () => void },
): ReadableStream<Uint8Array> {
  const reader = stream.getReader()
  let resumable = id === undefined
  let lineStart = '\n'
  const finish = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
    onEnd()
    const error = { code: -32000, message: 'no answer', data: LOST }
    const event = `\n\nevent: message\ndata: {"jsonrpc":"2.0","id":${id},"error":${JSON.stringify(error)}}\n\n`
    if (!resumable) controller.enqueue(new TextEncoder().encode(event))
    controller.close()
  }
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await reader.read()
        if (done) return finish(controller)
        const text = lineStart + Buffer.from(value).toString('latin1')
        resumable ||= /[\r\n]id:/.test(text)
        lineStart = text.slice(-3)
        controller.enqueue(value)
      } catch (error) {
        if (!resumable) return finish(controller)
        onEnd()
        controller.error(error)
      }
    },
    cancel(reason) {
      onEnd()
      return reader.cancel(reason)
    },
  })
}
