import { expect, test } from 'vitest'
import type { StdioConfig } from '../src/config/service-config.ts'
import { failureOf, isRunning, linesOf, scratch, stdioConfig, until } from './connections-fixtures.ts'
import { type Reader, type SharedPlace, type Stranger, sharedPlace } from './strangers.ts'

interface Scene {
  reader: Reader
  stranger: Stranger
  config: StdioConfig
  /** Whether the one server that was started so far runs. */
  runs(): boolean
  starts(): number
  calls(): string[]
}

/** A service that a long-lived process is connected to, and somebody else who can write. */
async function scene(place: SharedPlace = sharedPlace()): Promise<Scene> {
  const folder = scratch()
  const [startFile, countFile] = [`${folder}/starts`, `${folder}/calls`]
  const [reader, stranger] = [await place.reader({ trust: 'dataspace' }), await place.stranger()]
  const config = { ...stdioConfig({ startFile, countFile }), cwd: '/' }
  const { type: _, ...entry } = config
  await reader.forStore().addService({ demo: entry })
  await reader.forStore().waitService('demo', { timeout: 20_000 })
  const starts = () => linesOf(startFile)
  return {
    reader,
    stranger,
    config,
    runs: () => isRunning(Number(starts()[0])),
    starts: () => starts().length,
    calls: () => linesOf(countFile),
  }
}

test.each<[string, (config: StdioConfig) => object | undefined]>([
  ['overwrites its config', (config) => ({ ...config, env: { OTHER: '1' } })],
  ['disables it', (config) => ({ ...config, disabled: true })],
  ['makes its config unusable', () => ({ type: 'nonsense' })],
])('a server did not end when somebody else %s', async (_, change) => {
  const { reader, stranger, config, runs, starts } = await scene()
  expect(runs()).toBe(true)
  await stranger.plant('demo', change(config))
  await until(() => !runs())
  expect({ starts: starts(), closed: reader.lines.filter((line) => /error/i.test(line)) }).toEqual({
    starts: 1,
    closed: [],
  })
})

test('a server did not end when somebody else removed its service', async () => {
  const place = sharedPlace()
  const { runs } = await scene(place)
  const other = await place.reader()
  await other.forStore().deleteService('demo')
  await until(() => !runs())
})

test('nor when somebody else cleared the dataspace', async () => {
  const place = sharedPlace()
  const { runs } = await scene(place)
  await (await place.reader()).clear()
  await until(() => !runs())
})

test('nor when this process gave it another config', async () => {
  const { reader, config, runs } = await scene()
  const { type: _, ...entry } = config
  await reader.forStore().updateService('demo', { ...entry, env: { OTHER: '1' } })
  await until(() => !runs())
})

test('a call that is under way when the config changes gets its answer, and then the server ends', async () => {
  const { reader, stranger, config, runs, starts, calls } = await scene()
  const call = reader.forStore().useTool('demo/late', { ms: 800 })
  await until(() => calls().length === 1)
  await stranger.plant('demo', { ...config, env: { OTHER: '1' } })
  await until(() => seesOther(reader))
  expect(runs()).toBe(true)
  expect(await call).toMatchObject({ content: [{ text: 'after 800 ms' }] })
  await until(() => !runs())
  expect({ starts: starts(), calls: calls() }).toEqual({ starts: 1, calls: ['late'] })
})

test('a change that is none for connecting leaves the server alone', async () => {
  const { reader, stranger, config, runs, starts } = await scene()
  await stranger.plant('demo', { ...config, description: 'the same server' })
  await until(async () => (await reader.forStore().serviceInfo('demo')).config.description !== undefined)
  await reader.forStore().useTool('demo/echo', { text: 'a' })
  expect({ runs: runs(), starts: starts() }).toEqual({ runs: true, starts: 1 })
})

async function seesOther(reader: Reader): Promise<boolean> {
  const { config } = await reader.forStore().serviceInfo('demo')
  return config.type === 'stdio' && config.env !== undefined
}

test('a service that holds an unclosed placeholder could not be disabled any more, nor changed elsewhere', async () => {
  const place = sharedPlace()
  const [reader, stranger] = [await place.reader({ trust: 'dataspace' }), await place.stranger()]
  const config = { ...stdioConfig(), cwd: '/', args: ['${ARG'], env: { A: 'Bearer ${TOKEN' } }
  await stranger.plant('demo', config)
  await until(() =>
    reader
      .forStore()
      .serviceInfo('demo')
      .then(
        () => true,
        () => false,
      ),
  )
  const ctx = reader.forStore()
  expect(await ctx.patchService('demo', { disabled: true })).toMatchObject({ status: 'updated' })
  expect(await ctx.patchService('demo', { env: { B: 'b' } })).toMatchObject({ status: 'updated' })
  const { type: _, ...entry } = { ...config, description: 'whole' }
  expect(await ctx.updateService('demo', entry)).toMatchObject({ status: 'updated' })
  expect(await failureOf(ctx.patchService('demo', { env: { B: '${B' } }))).toMatchObject({
    code: 'bad_config',
    message: expect.stringContaining('env.B holds'),
  })
})
