import { createHash, scrypt } from 'node:crypto'

/** What one secret comes to in one dataspace. */
export interface DataspaceKey {
  /** Says which key it is, and nothing else of it: 16 hex digits. */
  id: string
  /** For AES-256-GCM. */
  sealing: Buffer
  /** For HMAC-SHA256. */
  signing: Buffer
}

/** Where a key holds: in no other dataspace. */
export interface KeyPlace {
  namespace: string
  dataspace: string
}

/** As hard as a machine without much memory allows: 32 MiB, about a quarter of a second. */
const COST = { N: 2 ** 15, r: 8, p: 3, maxmem: 64 * 1024 * 1024 }

/** Derives the key of a dataspace from its secret, which `secretsOf` has normalised, off the main thread. */
export async function deriveKey(secret: string, { namespace, dataspace }: KeyPlace): Promise<DataspaceKey> {
  const salt = createHash('sha256')
    .update(JSON.stringify(['mcpstore secret 1', namespace, dataspace]))
    .digest()
  const bytes = await new Promise<Buffer>((resolve, reject) => {
    scrypt(secret, salt, 64, COST, (error, key) => (error ? reject(error) : resolve(key)))
  })
  const id = createHash('sha256').update('mcpstore key id 1').update(bytes).digest('hex').slice(0, 16)
  return { id, sealing: bytes.subarray(0, 32), signing: bytes.subarray(32) }
}
