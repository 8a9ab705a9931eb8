import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { KeptPins } from '../src/pins/kept-pins.ts'
import { type Pin, pinKey } from '../src/pins/pin.ts'
import { failureOf, open, scratch, server } from './stores.ts'

const tool = (name: string, description = 'It does.') => ({
  name,
  description,
  inputSchema: { type: 'object' },
})

function pin(service: string, ...tools: string[]): Pin {
  const place = { namespace: 'n', dataspace: 'd', scope: 'store', service }
  const pinned = tools.map((name) => ({ tool: name, sha256: `of ${name}`, definition: { name } }))
  return { ...place, shape: 's', at: '2026-01-01T00:00:00.000Z', list: `of ${tools}`, tools: pinned }
}

/** The pins of one user as two of his processes have them. */
function processes() {
  const path = `${scratch()}/pins.json`
  const [ours, theirs] = [new KeptPins(path, () => {}), new KeptPins(path, () => {})]
  const keep = (kept: KeptPins, one: Pin) => kept.change((all) => void all.set(pinKey(one), one))
  return { path, ours, theirs, keep }
}

const toolsOf = (kept: KeptPins, service: string) =>
  kept.look((pins) => pins.get(pinKey(pin(service)))?.tools.map((one) => one.tool))

test('pins are read as they were kept, whatever a service is called, and a change leaves the others as they are', async () => {
  const { path, ours, theirs, keep } = processes()
  const names = ['weather', '天气', ',"tools":[', ']}', 'a"b\\', '{"version":1,"pins":[']
  for (const name of names) await keep(ours, pin(name, `tool of ${name}`, 'ü'))
  for (const name of names) expect(toolsOf(theirs, name)).toEqual([`tool of ${name}`, 'ü'])
  const before = readFileSync(path, 'utf8').split('\n')
  await keep(theirs, pin('weather', 'another'))
  const after = readFileSync(path, 'utf8').split('\n')
  expect(after.filter((line, at) => line !== before[at])).toEqual([expect.stringContaining('"another"')])
  expect(JSON.parse(after.join('\n')).pins).toHaveLength(names.length)
  expect(toolsOf(ours, 'weather')).toEqual(['another'])
})

test('a file that an editor has laid out anew says the same', async () => {
  const { path, ours, theirs, keep } = processes()
  await keep(ours, pin('weather', 'today'))
  const content = JSON.parse(readFileSync(path, 'utf8'))
  for (const text of [
    JSON.stringify(content, null, 2),
    JSON.stringify(content),
    `\n${JSON.stringify(content)}`,
  ]) {
    writeFileSync(path, text)
    expect(toolsOf(theirs, 'weather')).toEqual(['today'])
  }
  await keep(theirs, pin('news', 'latest'))
  expect([toolsOf(ours, 'weather'), toolsOf(ours, 'news')]).toEqual([['today'], ['latest']])
})

test('a file from which the last pin was taken holds none', async () => {
  const { path, ours, theirs, keep } = processes()
  await keep(ours, pin('weather', 'today'))
  await ours.change((all) => all.clear())
  expect([existsSync(path), theirs.read().size]).toEqual([true, 0])
})

test('tools of a file that another process replaced are read from the one that is there now', async () => {
  const { ours, theirs, keep } = processes()
  await keep(ours, pin('weather', 'before'))
  const known = ours.read()
  await keep(theirs, pin('weather', 'after'))
  expect(() => known.get(pinKey(pin('weather')))?.tools).toThrow(
    /pins nothing: it was changed while it was read/,
  )
  const looked = ours.look((pins) => pins.get(pinKey(pin('weather')))!.tools[0]!.tool, known)
  expect(looked).toBe('after')
})

test.each([
  ['is cut off', (text: string) => text.slice(0, -10)],
  ['has a line that is no pin', (text: string) => text.replace('"namespace"', '"name"')],
  ['is of another version', (text: string) => text.replace('"version":1', '"version":2')],
  ['goes on after its end', (text: string) => `${text}{}\n`],
])('a file that %s pins nothing', async (_, spoil) => {
  const { path, ours, theirs, keep } = processes()
  await keep(ours, pin('weather', 'today'))
  await keep(ours, pin('news', 'latest'))
  writeFileSync(path, spoil(readFileSync(path, 'utf8')))
  expect(() => theirs.read()).toThrow(/pins nothing/)
})

test('what is pinned of tools is looked at only where their list is another one; what cannot be read then is said, and block calls nothing', async () => {
  const folder = scratch()
  const [home, toolsFile] = [`${folder}/home`, `${folder}/tools.json`]
  const place = { local: `${folder}/a.db`, home, refreshBehind: false }
  const first = await open(place)
  writeFileSync(toolsFile, JSON.stringify([tool('read')]))
  await first.forStore().addService({ demo: server({ toolsFile }), other: server() })
  await first.forStore().listTools()
  const file = `${home}/pins.json`
  const lines = readFileSync(file, 'utf8').split('\n')
  writeFileSync(file, lines.map((line) => line.replace(/"sha256":"\w/g, '"sha256":')).join('\n'))

  const second = await open(place)
  expect((await second.forStore().listTools()).services.map(({ changes }) => changes)).toEqual([
    undefined,
    undefined,
  ])
  expect(second.lines.filter((line) => line.startsWith('warn'))).toEqual([])
  writeFileSync(toolsFile, JSON.stringify([tool('read', 'Other.')]))
  for (const _ of [1, 2]) await second.forStore().listTools('demo', { fresh: true })
  expect(second.lines.filter((line) => line.startsWith('warn'))).toEqual([
    expect.stringContaining('pins.json pins nothing'),
  ])
  const blocked = await open({ ...place, pin: 'block' })
  expect(await failureOf(blocked.forStore().useTool('demo/read', {}))).toMatchObject({ code: 'storage' })
})
