/**
 * What signs in on behalf of the user, where no client is to be registered for it: one that its authorization server knows, or
 * the address of a document that describes one (a client ID metadata document), which is then its id.
 */
export type SignInClient = { id: string; secret?: string } | { metadataUrl: string }

/** What a user gave to sign in with, as it is kept; with the port that his browser has to come back to, if any. */
export type GivenClient = SignInClient & { callbackPort?: number }

/** What it goes by at its authorization server. */
export function clientId(client: SignInClient): string {
  return 'id' in client ? client.id : client.metadataUrl
}

/** What is wrong with what was given as one, if anything. */
export function clientProblem(value: unknown): string | undefined {
  const { id, secret, metadataUrl } = Object(value) as Record<string, unknown>
  if (metadataUrl !== undefined) {
    const isAlone = id === undefined && secret === undefined
    return isAlone && isMetadataUrl(metadataUrl) ? undefined : 'a "metadataUrl" alone, with https and a path'
  }
  const isKnown = isText(id) && (secret === undefined || isText(secret))
  return isKnown ? undefined : 'an object with "id" and perhaps "secret", or with "metadataUrl"'
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value.trim() !== ''
}

/** Whether a document that describes a client may have this address, which is then its id: https, with a path. */
export function isMetadataUrl(value: unknown): boolean {
  if (typeof value !== 'string' || !URL.canParse(value)) return false
  const { protocol, pathname } = new URL(value)
  return protocol === 'https:' && pathname !== '/'
}
