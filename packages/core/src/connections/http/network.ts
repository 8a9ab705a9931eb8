import type { Verdict } from '../verdict.ts'

interface Reason {
  words: string
  /** The failure comes before anything can be sent. */
  unsent?: true
  transient?: true
}

const certificateHint = 'For a certificate of your own, point NODE_EXTRA_CA_CERTS at its authority.'
const addressHint = 'Check "url" in its config, and that the server runs.'

const reasons: Record<string, Reason> = {
  ECONNREFUSED: { words: 'nothing listens there', unsent: true, transient: true },
  ENOTFOUND: { words: 'there is no such host', unsent: true },
  EAI_AGAIN: { words: 'the host name could not be looked up', unsent: true, transient: true },
  EHOSTUNREACH: { words: 'there is no way to the host', transient: true },
  ENETUNREACH: { words: 'there is no network', transient: true },
  ETIMEDOUT: { words: 'the host does not answer', transient: true },
  ECONNRESET: { words: 'the connection was cut', transient: true },
  EPIPE: { words: 'the connection was cut', transient: true },
  EPROTO: { words: 'TLS failed; is it http, not https?' },
  ERR_SSL_WRONG_VERSION_NUMBER: { words: 'it does not speak TLS; is it http, not https?', unsent: true },
}

const noHttp: Reason = { words: 'what it answers is no HTTP' }

const certificateFault = /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_|ERR_SSL_|HOSTNAME_MISMATCH)/

/** What a failed request means, when no HTTP answer came. `host` is host and port. */
export function networkVerdict(error: unknown, host: string): Verdict {
  const { code, syscall } = findCode(error)
  const reason = reasons[code] ?? (code.startsWith('HPE_') ? noHttp : undefined)
  if (!reason && certificateFault.test(code)) {
    const words = `at ${host} was not reached: its certificate is not accepted (${code})`
    return { fate: 'unsent', words, hint: certificateHint, over: true }
  }
  const beforeSending = reason?.unsent || syscall === 'connect' || syscall === 'getaddrinfo'
  const why = reason ? `${reason.words} (${code})` : code
  return {
    fate: beforeSending ? 'unsent' : 'lost',
    words: `at ${host} ${beforeSending ? 'was not reached' : 'gave no answer'}: ${why}`,
    hint: addressHint,
    transient: reason?.transient ?? false,
    over: true,
  }
}

/** The system's error code, however deep it is wrapped; else the innermost message. */
function findCode(error: unknown): { code: string; syscall?: string } {
  let inner = error as {
    code?: unknown
    syscall?: string
    cause?: unknown
    errors?: unknown[]
    message?: string
  }
  while (inner.cause ?? inner.errors?.[0]) inner = (inner.cause ?? inner.errors?.[0]) as typeof inner
  const code = typeof inner.code === 'string' ? inner.code : (inner.message ?? String(inner))
  return inner.syscall === undefined ? { code } : { code, syscall: inner.syscall }
}
