import { readFileSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import { Box } from '../support/box.ts'
import { addServices, mcpstore, program } from '../support/mcpstore.ts'
import { fixtureServer } from '../support/servers.ts'
import type { Measured } from './taken.ts'

const noting = [
  new URL('../support/programs/what-was-loaded.cjs', import.meta.url),
  new URL('../support/programs/what-was-spawned.cjs', import.meta.url),
].flatMap((program) => ['--require', fileURLToPath(program)])
const commands = {
  '--help': ['--help'],
  list: ['list'],
  'list-tools': ['list-tools'],
  'use-tool': ['use-tool', 'one/echo', 'text=hello'],
}

/** What commands load and start, with two services in a local file whose tools are cached. */
export async function measureProgram(): Promise<Measured> {
  await using box = new Box()
  await addServices(box, { one: fixtureServer(box), two: fixtureServer(box) })
  expect(await mcpstore(box, ['list-tools'])).toMatchObject({ exit: 0 })
  const measured: Measured = {}
  for (const [name, argv] of Object.entries(commands)) {
    const { files, bytes, processes } = await run(box, argv)
    measured[`mcpstore ${name}: files`] = files
    measured[`mcpstore ${name}: bytes`] = bytes
    measured[`mcpstore ${name}: processes`] = processes
  }
  return measured
}

/** What one run of the program loads of its own, and how many processes it starts, those of servers included. */
async function run(box: Box, argv: string[]) {
  const [loaded, spawned] = [box.path('loaded.json'), box.path('spawned.json')]
  const env = { LOADED: loaded, SPAWNED: spawned }
  expect(await mcpstore(box, argv, { node: noting, env })).toMatchObject({ exit: 0, stderr: '' })
  const { files: all } = JSON.parse(readFileSync(loaded, 'utf8')) as { files: string[] }
  const files = all.slice(all.indexOf(program)).filter((file) => file.endsWith('.js'))
  const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0)
  const { length } = JSON.parse(readFileSync(spawned, 'utf8')) as string[]
  return { files: files.length, bytes, processes: length }
}
