import { exitCodes, type FailureCode } from './exit-codes.ts'

/**
 * The exit code of work on several services: 0 while some succeeded, the failures' own code when all failed for
 * the same reason, otherwise "unreachable".
 */
export function exitOfFailures(total: number, codes: readonly string[]): number {
  if (codes.length === 0 || codes.length < total) return 0
  const exits = new Set(codes.map((code) => exitCodes[code as FailureCode] ?? exitCodes.unreachable))
  return exits.size === 1 ? [...exits][0]! : exitCodes.unreachable
}
