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
