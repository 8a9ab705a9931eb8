import { isObject } from '../config/problem.ts'

/** The JSON-RPC codes for a request that is unknown, and for one that cannot be. */
export const METHOD_NOT_FOUND = -32601
export const INVALID_PARAMS = -32602

/** What a handler answered. @throws where that is nothing */
export function answered(method: string, answer: unknown): Record<string, unknown> {
  if (isObject(answer)) return answer
  throw new Error(`the host's handler of "${method}" gave no answer`)
}

/** An error that a server gets with this code. */
export function rpcError(code: number, message: string): Error {
  return Object.assign(new Error(message), { code })
}
