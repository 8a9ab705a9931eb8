import { createHash, scryptSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { deriveKey } from '../src/secrets/dataspace-key.ts'
import { secretsOf } from '../src/secrets/secret-option.ts'

const place = { namespace: 'team', dataspace: 'tools' }

test('a key is what scrypt at full cost makes of the secret and the place, and what it was in every version', async () => {
  const salt = createHash('sha256').update('["mcpstore secret 1","team","tools"]').digest()
  const cost = { N: 32_768, r: 8, p: 3, maxmem: 64 * 1024 * 1024 }
  const bytes = scryptSync('our secret of this year', salt, 64, cost)
  const { id, sealing, signing } = await deriveKey('our secret of this year', place)
  expect(Buffer.concat([sealing, signing])).toEqual(bytes)
  expect(sealing).toHaveLength(32)
  // What is stored is sealed and signed with this one.
  expect(id).toBe('7b9fb5448886e342')
})

test('another secret, namespace or dataspace is another key', async () => {
  const keys = [
    await deriveKey('our secret of this year', place),
    await deriveKey('our secret of last year', place),
    await deriveKey('our secret of this year', { ...place, namespace: 'team2' }),
    await deriveKey('our secret of this year', { ...place, dataspace: 'tools2' }),
  ]
  for (const part of ['id', 'sealing', 'signing'] as const)
    expect(new Set(keys.map((key) => String(key[part]))).size).toBe(keys.length)
})

test('a secret is the same however its letters are composed, and given twice it is one', () => {
  expect(
    secretsOf({ current: 'geh\u0065\u0301im', previous: ['geh\u00e9im', 'another', 'another'] }),
  ).toEqual(['geh\u00e9im', 'another'])
  expect(secretsOf('geh\u0065\u0301im')).toEqual(['geh\u00e9im'])
  expect(secretsOf(undefined)).toEqual([])
})
