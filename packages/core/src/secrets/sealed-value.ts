import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { sealedText } from '../config/placeholders/sealed-syntax.ts'
import type { DataspaceKey } from './dataspace-key.ts'

const CIPHER = 'aes-256-gcm'
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** The value sealed with a fresh nonce, as it is stored; it opens in the `place` it was sealed for and in no other. */
export function sealValue(value: string, key: DataspaceKey, place: string): string {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv(CIPHER, key.sealing, nonce, { authTagLength: TAG_BYTES }).setAAD(
    Buffer.from(place),
  )
  const text = [cipher.update(value, 'utf8'), cipher.final()]
  return sealedText(key.id, Buffer.concat([nonce, ...text, cipher.getAuthTag()]).toString('base64url'))
}

/** What was sealed; `undefined` when it was not with this key, for this place, or not in these very bytes. */
export function openValue(payload: string, key: DataspaceKey, place: string): string | undefined {
  const bytes = Buffer.from(payload, 'base64url')
  const end = bytes.length - TAG_BYTES
  const [nonce, text, tag] = [
    bytes.subarray(0, NONCE_BYTES),
    bytes.subarray(NONCE_BYTES, end),
    bytes.subarray(end),
  ]
  if (end < NONCE_BYTES) return undefined
  const decipher = createDecipheriv(CIPHER, key.sealing, nonce, { authTagLength: TAG_BYTES })
    .setAAD(Buffer.from(place))
    .setAuthTag(tag)
  try {
    return Buffer.concat([decipher.update(text), decipher.final()]).toString('utf8')
  } catch {
    return undefined
  }
}
