import type { IncomingMessage } from 'node:http'

/** Where an answer to a request for `url` redirects to; `undefined` if nowhere. */
function targetOf({ headers, statusCode = 0 }: IncomingMessage, url: URL): URL | undefined {
  const { location } = headers
  if (statusCode < 300 || statusCode >= 400 || !location || !URL.canParse(location, url.href))
    return undefined
  return new URL(location, url)
}

/**
 * Whether an answer to a POST redirects to where it may be sent as it is: the SDK's transports do that, a few times. To
 * another method turn 301, 302 and 303.
 */
export function isFollowed(answer: IncomingMessage, url: URL, isWithin: (target: URL) => boolean): boolean {
  const target = targetOf(answer, url)
  const isMoved = answer.statusCode === 307 || answer.statusCode === 308
  return target !== undefined && isMoved && !target.username && !target.password && isWithin(target)
}

/** That place for people, without credentials and query; where it would be without TLS all of a sudden, with it. */
export function placeOf(answer: IncomingMessage, url: URL): string | undefined {
  const target = targetOf(answer, url)
  if (!target) return undefined
  if (url.protocol === 'https:' && target.protocol === 'http:') target.protocol = 'https:'
  return target.origin === 'null' ? undefined : target.origin + target.pathname
}
