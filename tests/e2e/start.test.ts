import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { Box } from '../support/box.ts'
import { addServices, type Foreign, mcpstore, program } from '../support/mcpstore.ts'
import { fixtureServer } from '../support/servers.ts'

// What a start costs is above all what it loads. Times are for bench; these are counts.
const noting = [
  '--require',
  fileURLToPath(new URL('../support/programs/what-was-loaded.cjs', import.meta.url)),
]

/** Parts of Node that take a millisecond or more to start; an import of one may bring all the others. */
const slow = [
  'child_process',
  'crypto',
  'dns',
  'http',
  'https',
  'net',
  'readline',
  'stream',
  'tls',
  'tty',
  'zlib',
]

/** What a command loads: files by their names without the hash, and those builtins that are slow. */
async function loadedBy(box: Box, argv: string[]): Promise<{ files: string[]; builtins: string[] }> {
  const file = box.path('loaded.json')
  expect(await mcpstore(box, argv, { node: noting, env: { LOADED: file } })).toMatchObject({ exit: 0 })
  const { files, builtins }: Foreign = JSON.parse(readFileSync(file, 'utf8'))
  return {
    files: files
      .slice(files.indexOf(program))
      .map((path: string) => basename(path).replace(/-[\w-]{8}\.js$/, '')),
    builtins: builtins.filter((name: string) => slow.includes(name)),
  }
}

it('--help loads the program, and nothing of Node that is slow to start', async () => {
  await using box = new Box()
  expect(await loadedBy(box, ['--help'])).toEqual({
    files: ['main.js', 'rolldown-runtime', 'program'],
    builtins: [],
  })
})

it.each([[['list']], [['list-tools']], [['info', 'one']], [['grep', 'echo']]])(
  '%j loads one file more and the database, neither the SDK nor anything of Node that is slow to start',
  async (argv) => {
    await using box = new Box()
    await addServices(box, { one: fixtureServer(box), two: fixtureServer(box) })
    await mcpstore(box, ['list-tools'])
    expect(await loadedBy(box, argv)).toEqual({
      files: ['main.js', 'rolldown-runtime', 'program', 'list', 'libsql', 'index.node'],
      builtins: [],
    })
  },
)

it('doctor loads no SDK, whatever it looks at', async () => {
  await using box = new Box()
  await addServices(box, { one: fixtureServer(box), two: { url: 'http://127.0.0.1:1/mcp' } })
  const { files } = await loadedBy(box, ['doctor'])
  expect(files).toContain('inspect-services')
  expect(files.filter((file) => /sdk|client|cfworker|connector/.test(file))).toEqual([])
})

// One other character, and V8 holds and copies two bytes for each of the file.
it('every file of the program is ASCII', () => {
  const folder = dirname(program)
  const files = readdirSync(folder).filter((name) => name.endsWith('.js'))
  expect(files.length).toBeGreaterThan(50)
  const isAscii = (name: string) => readFileSync(join(folder, name)).every((byte) => byte < 128)
  expect(files.filter((name) => !isAscii(name))).toEqual([])
})

// Of an ES module nothing tells what it loaded; what it imports at once stands in it.
it('a program that imports the library loads five files, and no other package', () => {
  const loaded = new Set<string>()
  const load = (file: string) => {
    if (loaded.has(file)) return
    loaded.add(file)
    for (const [, from = ''] of readFileSync(file, 'utf8').matchAll(
      /^(?:import|export)\b.*? from "(.+)";$/gm,
    )) {
      if (from.startsWith('.')) load(resolve(dirname(file), from))
      else if (from.startsWith('@mcpstore/')) load(builtLibrary(from.slice('@mcpstore/'.length)))
      else loaded.add(from)
    }
  }
  load(builtLibrary('core'))
  const names = [...loaded]
    .filter((file) => !file.startsWith('node:'))
    .map((file) => basename(file).replace(/-[\w-]{8}\.js$/, ''))
  expect(names).toEqual(['index.js', 'start', 'entry', 'index.js', 'start'])
})

function builtLibrary(name: string): string {
  return fileURLToPath(new URL(`../../packages/${name}/dist/index.js`, import.meta.url))
}
