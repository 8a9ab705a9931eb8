import { createHmac, timingSafeEqual } from 'node:crypto'
import { isStamp, type Json, type Stamp } from '@mcpstore/storage'
import { isObject } from '../config/problem.ts'
import type { ServiceConfig } from '../config/service-config.ts'
import type { DataspaceKey, KeyPlace } from '../secrets/dataspace-key.ts'
import type { ServiceName } from '../services/keys.ts'
import { scopeName } from './approval.ts'
import { canonical } from './config-hash.ts'

/**
 * What a signature is worth: `older` than another one of the service that was seen here, of a `foreign` key, `broken` where it
 * is not of this config in this place; `unchecked` while its key was not derived.
 */
export type SignatureVerdict = 'valid' | 'older' | 'foreign' | 'broken' | 'unchecked'

/** Says that whoever has the secret of the dataspace wrote this config. It stands in the stored value, beside the config's fields. */
export interface Signature {
  /** The id of its key. */
  key: string
  /** When it was signed. The record's own stamp is no part of it: storage may stamp a record anew. */
  at: Stamp
  /** HMAC-SHA256 over where the config stands, its moment and the config as it is stored; base64url. */
  mac: string
}

const FIELD = 'signature'
const keyId = /^[\da-f]{16}$/
const hmac = /^[\w-]{43}$/

/** Takes a stored value apart. What is no signature, though it stands in its place, makes the value no config. */
export function splitSignature(value: Json): { config: Json; signature: Signature | undefined } {
  if (!isObject(value) || !isSignature(value[FIELD])) return { config: value, signature: undefined }
  const { [FIELD]: signature, ...config } = value
  return { config: Object.freeze(config) as Json, signature: signature as unknown as Signature }
}

/** The stored value of a signed config. */
export function withSignature(config: ServiceConfig, signature: Signature): Json {
  return { ...config, [FIELD]: signature } as unknown as Json
}

export function sign(
  service: ServiceName,
  config: ServiceConfig,
  at: Stamp,
  { key, place }: { key: DataspaceKey; place: KeyPlace },
): Signature {
  return { key: key.id, at, mac: macOf(service, config, at, { key, place }).toString('base64url') }
}

/** Whether this key signed exactly this config for exactly this place. */
export function isSignedBy(
  service: ServiceName,
  config: ServiceConfig,
  { at, mac }: Signature,
  { key, place }: { key: DataspaceKey; place: KeyPlace },
): boolean {
  const given = Buffer.from(mac, 'base64url')
  const wanted = macOf(service, config, at, { key, place })
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}

function macOf(
  { scope, name }: ServiceName,
  config: ServiceConfig,
  at: Stamp,
  { key, place: { namespace, dataspace } }: { key: DataspaceKey; place: KeyPlace },
): Buffer {
  const about = ['mcpstore signature 1', namespace, dataspace, scopeName(scope), name, at]
  return createHmac('sha256', key.signing)
    .update(`${JSON.stringify(about)}${canonical(config)}`)
    .digest()
}

function isSignature(value: unknown): boolean {
  if (!isObject(value) || Object.keys(value).length !== 3) return false
  const { key, at, mac } = value
  const fits = (text: unknown, shape: RegExp) => typeof text === 'string' && shape.test(text)
  return fits(key, keyId) && isStamp(at) && fits(mac, hmac)
}
