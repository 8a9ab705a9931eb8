import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { Box } from '../support/box.ts'
import { startHost } from '../support/host.ts'
import { documentOf, errorOf, mcpstore } from '../support/mcpstore.ts'

// The machine has libsql's native part; this preload hides it, see its head.
const hiding = [
  '--require',
  fileURLToPath(new URL('../support/programs/without-native-part.cjs', import.meta.url)),
]

it('without the native part of libsql every command that needs data says what is missing', async () => {
  await using box = new Box()
  await mcpstore(box, ['add', 'keeper', 'https://example.com'])
  const before = documentOf(await mcpstore(box, ['list', '--json']))
  for (const argv of [['list'], ['add', 'late', 'https://example.com'], ['remove', 'keeper']]) {
    const outcome = await mcpstore(box, [...argv, '--json'], { node: hiding })
    expect(outcome, argv.join(' ')).toMatchObject({ exit: 5, stdout: '' })
    expect(errorOf(outcome)).toMatchObject({
      code: 'storage',
      message: expect.stringContaining(`${process.platform}-${process.arch} is missing`),
      hint: expect.stringContaining('--include=optional'),
    })
  }
  const status = await mcpstore(box, ['status'], { node: hiding })
  expect(status.exit).toBe(5)
  expect(status.stdout).toMatch(/^state +down$/m)
  expect(await mcpstore(box, ['--version'], { node: hiding })).toMatchObject({ exit: 0, stderr: '' })
  expect(documentOf(await mcpstore(box, ['list', '--json']))).toEqual(before)
})

it('without the native part of libsql a library works in memory and says so', async () => {
  await using box = new Box()
  const host = await startHost(box, {}, hiding)
  expect(await host.do('status')).toMatchObject({ state: 'down', backend: 'memory', configured: 'sqlite' })
  expect((await host.do('addService', { name: 'here', url: 'https://example.com' })).durable).toBe('memory')
  expect((await host.do('listServices')).list).toHaveLength(1)
  expect(await host.do('close')).toEqual({ left: 1 })
  expect(existsSync(box.database)).toBe(false)
})
