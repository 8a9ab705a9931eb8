import { chmodSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sqliteBackend } from '@mcpstore/storage'
import { afterEach, beforeEach, expect, it } from 'vitest'

let folder: string
let file: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sqlite-'))
  file = join(folder, 'local', 'x.db')
})
afterEach(() => rmSync(folder, { recursive: true }))

const modeOf = (path: string): number => statSync(path).mode & 0o777

it('a file that others could read is closed to them when it is opened, with its log', async () => {
  const files = [file, `${file}-wal`, `${file}-shm`]
  const first = sqliteBackend({ file })
  await first.open(undefined)
  await first.release('refresh', 'first')
  for (const path of files) chmodSync(path, 0o664)
  const second = sqliteBackend({ file })
  await second.open(undefined)
  expect(files.map(modeOf)).toEqual([0o600, 0o600, 0o600])
  await first.lease('refresh', 'first', 1000)
  expect(await second.lease('refresh', 'second', 1000), 'its locks hold').toBeGreaterThan(0)
  await first.close()
  await second.close()
})

it.runIf(process.getuid?.() === 0)('a file of somebody else is left as it is', async () => {
  const { chownSync } = await import('node:fs')
  const backend = sqliteBackend({ file })
  await backend.open(undefined)
  await backend.release('refresh', 'first')
  await backend.close()
  chownSync(file, 12345, 12345)
  chmodSync(file, 0o644)
  const again = sqliteBackend({ file })
  await again.open(undefined)
  await again.close()
  expect(modeOf(file)).toBe(0o644)
})
