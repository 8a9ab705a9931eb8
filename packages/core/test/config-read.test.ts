import { chmod, mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AddInput, readServices } from '../src/config/read.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mcpstore-config-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const put = async (name: string, content: string | Uint8Array): Promise<string> => {
  const path = join(folder, name)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, content)
  return path
}
const refusal = (input: AddInput, cwd = folder): Promise<unknown> =>
  readServices(input, { cwd }).catch((error) => error)
const cwdOf = async (file: string, cwd = folder): Promise<unknown> => {
  const { services } = await readServices({ file }, { cwd })
  return (services[0]!.config as { cwd?: string }).cwd
}

describe('a file', () => {
  const text =
    '\uFEFF{\n  // people write comments\n  "mcpServers": {"a": {"command": "npx", "args": ["x",],},},\n}\n'

  it('is read with comments, trailing commas and a byte order mark', async () => {
    const file = await put('mcp.json', text)
    expect(await readServices({ file }, { cwd: '/elsewhere' })).toEqual({
      services: [
        { name: 'a', config: { type: 'stdio', command: 'npx', args: ['x'], cwd: folder }, ignored: [] },
      ],
      failures: [],
    })
  })

  it('is found from the current folder, and its services run in its own', async () => {
    const file = await put('sub/mcp.json', text)
    expect(await cwdOf(join('sub', 'mcp.json'))).toBe(join(folder, 'sub'))
    expect(await cwdOf(relative(join(folder, 'other'), file), join(folder, 'other'))).toBe(
      join(folder, 'sub'),
    )
  })

  it('in the folder of an editor speaks of the folder above', async () => {
    for (const place of ['.vscode', '.cursor', '.kiro/settings']) {
      expect(await cwdOf(await put(`app/${place}/mcp.json`, text))).toBe(join(folder, 'app'))
    }
    const own = '{"a": {"command": "npx", "cwd": "server"}}'
    expect(await cwdOf(await put('app/.vscode/own.json', own))).toBe(join(folder, 'app', 'server'))
    expect(await cwdOf(await put('app.vscode/mcp.json', text))).toBe(join(folder, 'app.vscode'))
  })

  it.each<[string, () => Promise<string>, string]>([
    ['is not there', async () => join(folder, 'none.json'), 'cannot read PATH: there is no such file'],
    ['is a folder', async () => folder, 'cannot read PATH: it is a folder'],
    [
      'has a file in its path',
      async () => join(await put('a.json', ''), 'b'),
      'cannot read PATH: a part of the path is no folder',
    ],
    ['is empty', () => put('empty.json', '\uFEFF'), 'PATH is empty'],
    [
      'is not JSON',
      () => put('bad.json', '{\n  "a": ]'),
      'PATH is not valid JSON: line 2, column 8: a value was expected',
    ],
    ['is UTF-16', () => put('utf16.json', Buffer.from('\uFEFF{}', 'utf16le')), 'PATH is not UTF-8 text'],
    ['holds no services', () => put('settings.json', '{"theme": "dark"}'), 'PATH holds no services'],
  ])('that %s is refused by name', async (_, make, message) => {
    const file = await make()
    expect(await refusal({ file })).toMatchObject({
      code: 'bad_config',
      message: message.replace('PATH', file),
    })
  })

  it.skipIf(process.platform === 'win32')('that may not be read is refused by name', async () => {
    const file = await put('secret.json', text)
    await chmod(file, 0o000)
    const root = process.geteuid?.() === 0
    if (root) process.seteuid?.(65534)
    const refused = await refusal({ file })
    if (root) process.seteuid?.(0)
    expect(refused).toMatchObject({ code: 'bad_config', message: `cannot read ${file}: it may not be read` })
  })

  it('larger than 16 MiB is refused', async () => {
    const file = await put('large.json', '')
    await truncate(file, 16 * 1024 * 1024 + 1)
    expect(await refusal({ file })).toMatchObject({ message: `${file} is larger than 16 MiB` })
  })
})

describe('anything else', () => {
  it('is read where the caller is', async () => {
    const expected = {
      services: [{ name: 'a', config: { type: 'stdio', command: 'npx', cwd: folder }, ignored: [] }],
      failures: [],
    }
    for (const input of [
      { a: { command: 'npx' } },
      [{ name: 'a', command: 'npx' }],
      '// one\n{"a": {"command": "npx"}}',
    ]) {
      expect(await readServices(input, { cwd: folder })).toEqual(expected)
    }
  })

  it('is refused with what to pass instead, when it is a path or an address', async () => {
    expect(await refusal('./mcp.json')).toMatchObject({
      code: 'bad_config',
      message: 'the text "./mcp.json" is the path of a file, not JSON',
    })
    expect(await refusal('https://example.com/mcp?key=hunter2')).toMatchObject({
      code: 'bad_config',
      message: 'the text is an address, not JSON',
    })
  })
})
