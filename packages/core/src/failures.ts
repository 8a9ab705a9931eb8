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
