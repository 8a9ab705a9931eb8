import type { RawRequest } from '../dialect.ts'
import { MODERN_VERSION } from '../era.ts'
import type { Sdk } from '../sdk.ts'

/** What every request says of its sender, as there is no handshake in which to say it. */
export type Envelope = Readonly<Record<string, unknown>>

const PREFIX = 'io.modelcontextprotocol/'

/** Where an answer says who gave it. */
export const SERVER_INFO: string = `${PREFIX}serverInfo`

/** The envelope of a client that can do `capabilities`, and wants to be told what `logLevel` says, if anything. */
export function envelopeOf(
  { clientInfo }: Pick<Sdk, 'clientInfo'>,
  capabilities: object,
  logLevel: string | undefined,
): Envelope {
  return {
    [`${PREFIX}protocolVersion`]: MODERN_VERSION,
    [`${PREFIX}clientInfo`]: clientInfo,
    [`${PREFIX}clientCapabilities`]: capabilities,
    ...(logLevel !== undefined && { [`${PREFIX}logLevel`]: logLevel }),
  }
}

export function enveloped({ method, params }: RawRequest, envelope: Envelope): RawRequest {
  return { method, params: { ...params, _meta: { ...(params['_meta'] as object), ...envelope } } }
}
