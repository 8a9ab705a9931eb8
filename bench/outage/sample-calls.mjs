import { setTimeout } from 'node:timers/promises'

/** How often each operation is called, in ms, whether the call before is over or not. */
const EVERY_MS = 100

/** Milliseconds since 1970, finer than `Date.now`, the same in all processes of a machine. */
export function now() {
  return performance.timeOrigin + performance.now()
}

/**
 * Calls the operations in turn from one moment until another (ms since 1970), and tells each call when it is over, or has
 * lasted for `boundMs`. Resolves when all are.
 */
export async function sampleCalls(operations, { from, until, boundMs, tell }) {
  const entries = Object.entries(operations)
  const step = EVERY_MS / entries.length
  const open = []
  for (let call = 0; from + call * step < until; call++) {
    await setTimeout(Math.max(0, from + call * step - now()))
    const [operation, run] = entries[call % entries.length]
    const number = Math.floor(call / entries.length)
    open.push(sampled(run, { number, boundMs }).then((found) => tell({ operation, number, ...found })))
  }
  await Promise.all(open)
}

/** One call: when it began, how many ms it took, and what came of it. */
async function sampled(run, { number, boundMs }) {
  const at = now()
  const began = performance.now()
  const over = (answer) => ({ at, ms: performance.now() - began, ...answer })
  try {
    const answer = run(number)
    if (!(answer instanceof Promise)) return over(answer)
    // Also what it throws later is its own affair.
    answer.catch(() => {})
    const bound = new AbortController()
    const hung = setTimeout(boundMs, { outcome: 'hung' }, { signal: bound.signal }).catch(() => undefined)
    const first = await Promise.race([answer.then(over), hung])
    bound.abort()
    return first.outcome === 'hung' ? { at, ms: boundMs, ...first } : first
  } catch (error) {
    return over({ outcome: 'error', word: nameOf(error) })
  }
}

function nameOf(error) {
  const { name, code, message } = error
  const first = String(message).split('\n')[0]
  return [name, code, first].filter(Boolean).join(' ').slice(0, 120)
}
