import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Box } from '../support/box.ts'
import { startHost } from '../support/host.ts'
import { addServices, documentOf, errorOf, type Foreign, mcpstore } from '../support/mcpstore.ts'
import { until } from '../support/processes.ts'

const page = 4096

/** Gives the box a file with several pages of services. */
async function fill(box: Box): Promise<void> {
  const services = Array.from({ length: 8 }, (_, index) => [
    `service-${index}`,
    { command: 'true', args: ['x'.repeat(3000)] },
  ])
  await addServices(box, Object.fromEntries(services))
}

function overwrite(file: string, text: string, at: number): void {
  const bytes = readFileSync(file)
  bytes.write(text.repeat(100), at)
  writeFileSync(file, bytes)
}

describe.each<[damage: string, spoil: (file: string) => void]>([
  ['other bytes', (file) => writeFileSync(file, Buffer.alloc(5 * page, 0xa5))],
  ['a text', (file) => writeFileSync(file, '{ "mcpServers": {} }\n')],
  ['a file that was cut', (file) => truncateSync(file, 2 * page + 1000)],
  [
    'a file with spoilt pages',
    (file) => {
      for (const at of [2, 3, 4, 5]) overwrite(file, 'spoilt', at * page)
    },
  ],
])('%s in place of the database', (_damage, spoil) => {
  it('every command says so with exit code 5, and the file stays as it is', async () => {
    await using box = new Box()
    await fill(box)
    spoil(box.database)
    const before = readFileSync(box.database)
    const commands = [
      ['list'],
      ['list-tools'],
      ['info', 'service-1'],
      ['add', 'late', 'https://example.com/late'],
      ['remove', 'service-1'],
      ['clear', '--yes'],
    ]
    for (const argv of commands) {
      const outcome = await mcpstore(box, [...argv, '--json'])
      expect(outcome, argv.join(' ')).toMatchObject({ exit: 5, stdout: '' })
      expect(errorOf(outcome)).toMatchObject({
        code: 'storage',
        hint: expect.stringContaining('Move the file aside'),
      })
      expect(errorOf(outcome).message).toContain(`${box.database} is not a sound database`)
      expect(readFileSync(box.database).equals(before), argv.join(' ')).toBe(true)
    }
    const status = await mcpstore(box, ['status', '--json'])
    expect(status.exit).toBe(5)
    expect(documentOf(status)).toMatchObject({ backend: 'memory', configured: 'sqlite', state: 'down' })
    expect(readFileSync(box.database).equals(before)).toBe(true)
  })
})

it('a host works on in memory beside a file it cannot use', async () => {
  await using box = new Box()
  box.write('home/local/default/default.db', 'no database')
  const host = await startHost(box)
  expect(await host.do('status')).toMatchObject({ state: 'down', backend: 'memory' })
  expect((await host.do('addService', { name: 'kept', url: 'https://example.com' })).durable).toBe('memory')
  expect((await host.do('listServices')).list).toHaveLength(1)
  expect(await host.do('close')).toEqual({ left: 1 })
  expect(readFileSync(box.database, 'utf8')).toBe('no database')
})

describe('a file that vanishes while a host has it open', () => {
  const late = { name: 'late', url: 'https://example.com/late' }
  const names = async (box: Box): Promise<string[]> =>
    documentOf(await mcpstore(box, ['list', '--json'])).services.map(({ name }: Foreign) => name)

  it('is made anew from what the host knows', async () => {
    await using box = new Box()
    const host = await startHost(box)
    await host.do('addService', { name: 'early', url: 'https://example.com/early' })
    rmSync(box.home, { recursive: true })
    await host.do('addService', late)
    await until('the host is up again', async () => (await host.do('status')).state === 'up')
    expect((await host.do('status')).pendingWrites).toBe(0)
    expect(await names(box)).toEqual(['early', 'late'])
  })

  it('is made anew as soon as its folder can be made, and the host works until then', async () => {
    await using box = new Box()
    const host = await startHost(box)
    await host.do('addService', { name: 'early', url: 'https://example.com/early' })
    const folder = dirname(box.database)
    rmSync(folder, { recursive: true })
    writeFileSync(folder, 'a file where a folder should be')
    expect((await host.do('addService', late)).durable).toBe('memory')
    expect((await host.do('listServices')).list).toHaveLength(2)
    const { state, reason, pendingWrites } = await host.do('status')
    expect({ state, pendingWrites }).toEqual({ state: 'down', pendingWrites: expect.any(Number) })
    expect(pendingWrites).toBeGreaterThan(0)
    expect(reason).toContain(folder)
    rmSync(folder)
    await until('the host is up again', async () => (await host.do('status')).state === 'up')
    expect(await names(box)).toEqual(['early', 'late'])
  })
})

it('a home that cannot be a folder', async () => {
  await using box = new Box()
  const file = box.write('occupied', 'mine')
  for (const argv of [['list'], ['add', 'late', 'https://example.com']]) {
    const outcome = await mcpstore(box, [...argv, '--home', file, '--json'])
    expect(outcome).toMatchObject({ exit: 5, stdout: '' })
    expect(errorOf(outcome)).toMatchObject({ code: 'storage', hint: expect.stringContaining('--home') })
    expect(errorOf(outcome).message).toContain(file)
  }
  expect(readFileSync(file, 'utf8')).toBe('mine')
})
