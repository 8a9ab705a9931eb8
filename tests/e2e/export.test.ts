import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Box } from '../support/box.ts'
import { documentOf, errorOf, type Foreign, mcpstore } from '../support/mcpstore.ts'
import { hasRedisServer, startRedis } from '../support/redis-server.ts'

const SECRET = 'planted-secret-0815'
const services = {
  weather: {
    url: 'https://example.com/mcp',
    headers: { Authorization: 'Bearer ${TOKEN:-x}', 'X-Api-Key': SECRET },
  },
  files: { command: 'node', args: ['server.mjs', '--root', '${HOME}/天'], env: { API_KEY: SECRET } },
  old: {
    url: 'https://old.example.com/sse',
    type: 'sse',
    disabled: true,
    description: 'no "longer"\u0085used',
  },
}

/** A local dataspace with something of everything, and where its export is. */
async function filled(box: Box): Promise<string> {
  await mcpstore(box, ['add', box.write('mcp.json', { mcpServers: services })])
  await mcpstore(box, ['add', 'notes', 'https://notes.example.com', '--agent', 'a'])
  await mcpstore(box, ['assign', 'files', '--agent', 'a', '--allow', 'read_*', '--deny', '*_all'])
  const file = box.path('export.json')
  expect(await mcpstore(box, ['export', file])).toMatchObject({
    exit: 0,
    stdout: `exported 4 services and 1 assignment to ${file}\n`,
    stderr: expect.stringContaining('every secret'),
  })
  return file
}

/** What is exported. */
async function exportOf(box: Box, env: Record<string, string> = {}): Promise<string> {
  const file = box.path('exported.json')
  expect(await mcpstore(box, ['export', file, '--force'], { env })).toMatchObject({ exit: 0 })
  return readFileSync(file, 'utf8')
}

/** What of an export says what was in the dataspace. */
function contentOf(text: string): unknown {
  const { services: own, agents } = JSON.parse(text) as Foreign
  return { own, agents }
}

it('an export is what is stored, in a file for this user only', async () => {
  await using box = new Box()
  box.secrets.push(SECRET)
  const file = await filled(box)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  const text = readFileSync(file, 'utf8')
  expect(text).not.toContain('***')
  const { services: stored, agents, ...head }: Foreign = JSON.parse(text)
  expect(head).toEqual({
    format: 'mcpstore-dataspace',
    version: 1,
    namespace: 'default',
    dataspace: 'default',
    exportedAt: expect.any(String),
  })
  expect(stored.weather.config).toEqual({ type: 'http', ...services.weather })
  expect(stored.files.config).toEqual({ type: 'stdio', cwd: box.folder, ...services.files })
  expect(stored.old.config).toEqual(services.old)
  expect(agents.a.assignments).toEqual({ files: { allow: ['read_*'], deny: ['*_all'] } })
})

it('a file that is there is written over only when that is said, and whole', async () => {
  await using box = new Box()
  await mcpstore(box, ['add', 'one', 'https://one.example.com'])
  const file = box.write('there.json', 'mine', 0o644)
  const refused = await mcpstore(box, ['export', file, '--json'])
  expect(refused).toMatchObject({ exit: 1, stdout: '' })
  expect(errorOf(refused)).toMatchObject({ code: 'already_exists', hint: expect.stringContaining('--force') })
  expect(readFileSync(file, 'utf8')).toBe('mine')
  const forced = await mcpstore(box, ['export', file, '--force', '--json'])
  expect(documentOf(forced)).toEqual({ file, services: 1, assignments: 0 })
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(Object.keys((JSON.parse(readFileSync(file, 'utf8')) as Foreign).services)).toEqual(['one'])

  symlinkSync('/etc/hostname', box.path('link.json'))
  expect(await mcpstore(box, ['export', 'link.json'])).toMatchObject({ exit: 1 })
  for (const [path, why] of [
    ['/dev/null', 'is no file'],
    ['.', 'is no file'],
    ['nowhere/x.json', 'its folder is not there'],
  ] as const) {
    const { exit, stderr } = await mcpstore(box, ['export', path, '--force'])
    expect({ exit, stderr }).toEqual({ exit: 1, stderr: expect.stringContaining(why) })
  }
  expect(readdirSync(box.folder).filter((name) => name.endsWith('.tmp'))).toEqual([])
})

it('a folder that is closed gets no file', async () => {
  await using box = new Box()
  box.write('closed/keep', '')
  chmodSync(box.path('closed'), 0o500)
  const { exit, stderr } = await mcpstore(box, ['export', 'closed/x.json'], { unprivileged: true })
  expect({ exit, stderr }).toEqual({ exit: 1, stderr: expect.stringContaining('may not be written') })
  expect(existsSync(box.path('closed/x.json'))).toBe(false)
  chmodSync(box.path('closed'), 0o700)
})

it('what differs stays and is told, unless it is to be replaced; bad input changes nothing', async () => {
  await using box = new Box()
  const file = await filled(box)
  const there = ['--dataspace', 'there']
  await mcpstore(box, ['add', 'weather', 'https://mine.example.com', ...there])
  const kept = await mcpstore(box, ['import', file, ...there])
  expect(kept.exit).toBe(0)
  expect(kept.stdout).toMatch(/^kept +weather +store +http +https:\/\/mine\.example\.com$/m)
  expect(kept.stdout).toMatch(/^added +notes +agent a +http /m)
  expect(kept.stdout).toMatch(/^added +files +assigned to a$/m)
  expect(kept.stderr).toContain('1 entry differs')
  const replaced = await mcpstore(box, ['import', file, '--replace', '--json', ...there])
  const statuses = documentOf(replaced).services.map(({ name, status }: Foreign) => [name, status])
  expect(Object.fromEntries(statuses)).toEqual({
    weather: 'updated',
    files: 'unchanged',
    old: 'unchanged',
    notes: 'unchanged',
  })

  const exported = async () => contentOf((await mcpstore(box, ['export', ...there])).stdout)
  const before = await exported()
  const text = readFileSync(file, 'utf8')
  for (const bad of [text.slice(0, -10), text.replace('"sse"', '"ssh"'), '{"mcpServers": {}}', '']) {
    const refused = await mcpstore(box, ['import', '-', '--replace', '--json', ...there], { stdin: bad })
    expect(refused).toMatchObject({ exit: 1, stdout: '' })
    expect(errorOf(refused)).toMatchObject({ code: 'bad_config' })
  }
  expect(await mcpstore(box, ['import', 'nowhere.json'])).toMatchObject({ exit: 1, stdout: '' })
  expect(await exported()).toEqual(before)
})

it('what cannot be imported is named, beside the rest', async () => {
  await using box = new Box()
  const { services: all, agents, ...head }: Foreign = JSON.parse(readFileSync(await filled(box), 'utf8'))
  const planted = {
    ...all,
    planted: { config: all.files.config, untrusted: 'it would start a program here' },
  }
  delete planted.files
  writeFileSync(box.path('other.json'), JSON.stringify({ ...head, services: planted, agents }))
  const there = ['import', 'other.json', '--dataspace', 'there']
  const text = await mcpstore(box, there)
  expect(text.exit).toBe(1)
  expect(text.stderr).toMatch(/failed: service "planted" was not trusted where it was exported/)
  expect(text.stderr).toMatch(/failed: files for a: there is no service "files"/)
  const json = await mcpstore(box, [...there, '--untrusted', '--json'])
  expect(documentOf(json).services.find(({ name }: Foreign) => name === 'planted').status).toBe('added')
  expect(errorOf(json)).toMatchObject({ code: 'unknown_service', message: expect.stringMatching(/^1 of 5/) })
})

describe.skipIf(!hasRedisServer)('with Redis', () => {
  it('services go there and back, and every value is what it was', async () => {
    await using redis = await startRedis()
    await using box = new Box()
    await using far = new Box()
    for (const one of [box, far]) one.secrets.push(SECRET)
    const text = readFileSync(await filled(box), 'utf8')
    const env = { MCPSTORE_REDIS_URL: redis.url, MCPSTORE_NAMESPACE: 'team', MCPSTORE_DATASPACE: 'tools' }
    expect(await mcpstore(box, ['list', '--json'], { env })).toMatchObject({ exit: 0 })
    expect(await redis.command('EXISTS', 'team:tools:services:weather:config')).toBe(0)

    const there = await mcpstore(box, ['import', '-'], { stdin: text, env })
    expect(there).toMatchObject({ exit: 0, stdout: expect.stringMatching(/saved in Redis\n$/) })
    const v = await redis.command('HGET', 'team:tools:services:weather:config', 'v')
    expect(JSON.parse(String(v))).toEqual({ type: 'http', ...services.weather })

    // Another user on another machine, without anything of the first.
    const stranger = await exportOf(far, env)
    const marked: Foreign = JSON.parse(stranger)
    expect(Object.keys(marked.services).filter((name) => marked.services[name].untrusted)).toEqual([
      'files',
      'weather',
    ])
    const own = await exportOf(box, env)
    expect(contentOf(own)).toEqual(contentOf(text))

    const back = await mcpstore(far, ['import', '-'], { stdin: own })
    expect(back.exit).toBe(0)
    const again = await exportOf(far)
    expect(contentOf(again)).toEqual(contentOf(text))
  })
})
