/** What a failure says about the service that was reached for. */
interface Finding {
  /** How the service is, for everybody who shares it. */
  health: 'failing' | 'auth'
  /** Whether it is down, so that it is left alone when it fails like this again and again. */
  isDown: boolean
}

const findings: Readonly<Record<string, Finding>> = {
  unreachable: { health: 'failing', isDown: true },
  timeout: { health: 'failing', isDown: true },
  // It is there, and may be given credentials at any time.
  auth_required: { health: 'auth', isDown: false },
  // It is there, and does not do what it is for.
  server_error: { health: 'failing', isDown: false },
}

/** What the failure says about the service; `undefined` for one that only says something about who asked. */
export function findingOf({ code }: { code: string }): Finding | undefined {
  return Object.hasOwn(findings, code) ? findings[code] : undefined
}

/** Who allows less time than this finds out nothing by a timeout, in ms. */
const FAIR_MS = 5000

/** How long somebody waited for a service at most, and how long a connect may usually take here; in ms. */
export interface Patience {
  allowedMs: number
  usualMs?: number
}

/** Whether the failure says something about the service, and not only that whoever asked had little time. */
export function isTelling(
  failure: { code: string },
  { allowedMs, usualMs = Number.POSITIVE_INFINITY }: Patience,
): boolean {
  if (!findingOf(failure)) return false
  // Of what a caller was given a little is gone when the connect begins.
  return failure.code !== 'timeout' || allowedMs >= Math.min(0.9 * usualMs, FAIR_MS)
}
