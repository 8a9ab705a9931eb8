export interface RpcError {
  code: number
  message: string
  data?: unknown
}

/** The JSON-RPC error in the body of an HTTP answer that says no, if there is one. */
export function rpcErrorIn(body: string): RpcError | undefined {
  try {
    const { code, message, data } = JSON.parse(body).error
    return Number.isSafeInteger(code) && typeof message === 'string' ? { code, message, data } : undefined
  } catch {
    return undefined
  }
}

/**
 * Whose answer a body with a JSON-RPC error is: that to request `id`; `nobody`'s, as what turns a request down before it
 * is read does not know its id; or `unknown`. Ids of this side are numbers: a text that is none, as Python's SDK has it, is
 * nobody's.
 */
export function addresseeOf(body: string, id: string | undefined): 'request' | 'nobody' | 'unknown' {
  if (!rpcErrorIn(body)) return 'unknown'
  const answered = JSON.parse(body).id ?? null
  if (answered === null) return 'nobody'
  if (typeof answered === 'string' && !/^\d+$/.test(answered)) return 'nobody'
  return String(answered) === id ? 'request' : 'unknown'
}
