/** An event of more bytes is left to whoever reads the stream. */
const MAX_EVENT_BYTES = 64 * 1024
/** How long a stream may stay open after its answer, in ms. */
const AFTERWARDS_MS = 1000

/** A body as it comes; `destroy` ends it at once, whoever reads it. */
export interface Chunks extends AsyncIterable<Uint8Array> {
  destroy?: () => void
}

/** The answer that a stream consisted of, or the stream as it was. */
export type FirstEvent = { message: unknown } | { stream: Chunks }

/**
 * Most streams that answer a request consist of one event, the answer: that is taken out here, which is faster by far
 * than to go through web streams for it. With it the stream is over, as the protocol says.
 */
export async function firstEvent(chunks: Chunks, id: string): Promise<FirstEvent> {
  const iterator = chunks[Symbol.asyncIterator]()
  let read = Buffer.alloc(0)
  for (;;) {
    const pending = iterator.next()
    const next = await pending.catch(() => undefined)
    if (next && !next.done)
      read = read.length === 0 ? Buffer.from(next.value) : Buffer.concat([read, next.value])
    const end = endOfEvent(read)
    if (end === read.length) {
      const message = messageIn(read.toString('utf8'), id)
      if (message !== undefined) {
        void drain(chunks, iterator)
        return { message }
      }
    }
    if (!next || next.done || end > 0 || read.length > MAX_EVENT_BYTES) {
      const rest = replay(read, iterator, !next || next.done ? pending : undefined)
      return { stream: { [Symbol.asyncIterator]: () => rest, destroy: () => chunks.destroy?.() } }
    }
  }
}

/** Where the first event ends, or 0. */
function endOfEvent(read: Buffer): number {
  const end = read.indexOf('\n\n')
  if (end >= 0) return end + 2
  const windowsEnd = read.indexOf('\r\n\r\n')
  return windowsEnd >= 0 ? windowsEnd + 4 : 0
}

/** The answer to request `id` in a plain event; `undefined` for everything else. */
function messageIn(event: string, id: string): unknown {
  const data: string[] = []
  for (const line of event.split(/\r?\n/)) {
    if (line.startsWith('data:')) data.push(line.slice(line[5] === ' ' ? 6 : 5))
    else if (!/^(event: ?message|id:.*|:.*|)$/.test(line)) return undefined
  }
  try {
    const message = JSON.parse(data.join('\n'))
    const isAnswer = String(message.id) === id && ('result' in message || 'error' in message)
    return isAnswer ? message : undefined
  } catch {
    return undefined
  }
}

async function* replay(
  read: Uint8Array,
  iterator: AsyncIterator<Uint8Array>,
  last: Promise<IteratorResult<Uint8Array>> | undefined,
): AsyncGenerator<Uint8Array> {
  try {
    if (read.length > 0) yield read
    for (let next = await (last ?? iterator.next()); !next.done; next = await iterator.next()) {
      yield next.value
    }
  } finally {
    await iterator.return?.()
  }
}

/** Reads what is left, so that the connection can be used again; of a stream that does not end, it is closed. */
async function drain(chunks: Chunks, iterator: AsyncIterator<Uint8Array>): Promise<void> {
  const timer = setTimeout(() => chunks.destroy?.(), AFTERWARDS_MS)
  try {
    while (!(await iterator.next()).done);
  } catch {
    // The answer is there all the same.
  } finally {
    clearTimeout(timer)
  }
}
