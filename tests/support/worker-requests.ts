/** What a worker can be asked for. */
// biome-ignore lint/suspicious/noExplicitAny: each has parameters of its own
export type Handlers = Record<string, (...args: any[]) => unknown>

/** The answer of this number comes without a request: the worker has started. */
export const READY = 0

/** A request as it is sent to a worker. */
export interface Request {
  id: number
  name: string
  args: unknown[]
}

/** What it answers. */
export type Answer = { id: number } & ({ value: unknown } | { error: object })

/**
 * The whole of a worker's side: answers the test's requests, and ends with the test. An error keeps its message, stack and
 * own fields.
 */
export function answerRequests(handlers: Handlers): void {
  process.on('message', async ({ id, name, args }: Request) => {
    process.send!({ id, ...(await outcomeOf(() => handlers[name]!(...args))) })
  })
  process.on('disconnect', () => process.exit())
  process.send!({ id: READY, value: undefined })
}

async function outcomeOf(perform: () => unknown): Promise<{ value: unknown } | { error: object }> {
  try {
    return { value: await perform() }
  } catch (error) {
    const { name, message, stack, cause: _, ...fields } = error as Error
    return { error: { name, message, stack, ...fields } }
  }
}
