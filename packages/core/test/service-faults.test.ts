import { mkdirSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { expect, test, vi } from 'vitest'
import { setupStore } from '../src/index.ts'
import { later, scratch, startRemote } from './connections-fixtures.ts'
import { SECRET, seen, sharedPlace, trap } from './strangers.ts'

async function storeWith(services: Record<string, object>, env: Record<string, string> = {}) {
  const store = await setupStore({ logger: false, env: { PATH: process.env['PATH'] ?? '', ...env } })
  later(() => store.close())
  if (Object.keys(services).length > 0) await store.forStore().addService({ mcpServers: services })
  return store
}

test('of what strangers wrote nothing is looked into, and no address is connected to', async () => {
  const { port, connections } = await trap()
  const place = sharedPlace()
  const [reader, stranger] = [await place.reader(), await place.stranger()]
  const url = `http://127.0.0.1:${port}/mcp`
  await stranger.plant('gone', { type: 'stdio', command: '/no/such/${TOKEN}', cwd: '/no/such/folder' })
  await stranger.plant('lead', { type: 'http', url })
  await stranger.plant('sends', { type: 'http', url: `${url}?q=\${TOKEN}` })
  for (const name of ['gone', 'lead', 'sends']) await seen(reader, name)
  const findings = await reader.inspectServices()
  expect(findings.map(({ severity, value }) => [severity, (value as { fault: string }).fault])).toEqual([
    ['warning', 'untrusted'],
    ['unknown', 'unapproved'],
    ['warning', 'untrusted'],
  ])
  expect(connections()).toBe(0)
  expect([...reader.asked]).not.toContain('TOKEN')
  expect(JSON.stringify(findings)).not.toContain(SECRET)
})

test('a command is looked for on the PATH that its server has, from an envFile too', async () => {
  const folder = scratch()
  mkdirSync(`${folder}/bin`)
  writeFileSync(`${folder}/bin/own-program`, '#!/bin/sh\n', { mode: 0o755 })
  writeFileSync(`${folder}/own.env`, `PATH=${folder}/bin\n`)
  const store = await storeWith({
    plain: { command: 'own-program' },
    own: { command: 'own-program', env: { PATH: `${folder}/bin` } },
    file: { command: 'own-program', envFile: `${folder}/own.env` },
    relative: { command: 'own-program', cwd: folder, env: { PATH: 'bin' } },
    path: { command: './bin/own-program', cwd: folder },
  })
  expect(await store.inspectServices()).toMatchObject([
    { name: 'service plain', value: { fault: 'not_found' } },
  ])
})

test('what was filled in is not shown', async () => {
  const services = {
    script: { command: process.execPath, args: ['/no/${TOKEN}/x.js'] },
    program: { command: '/no/${TOKEN}/program' },
    address: { url: 'http://127.0.0.1:1/${TOKEN}' },
  }
  const store = await storeWith(services, { TOKEN: SECRET })
  const findings = await store.inspectServices()
  expect(findings).toHaveLength(3)
  const said = JSON.stringify(findings)
  expect(said).not.toContain(SECRET)
  expect(said).toContain('/no/${TOKEN}/x.js')
})

test('an address that stays silent is given up', async () => {
  const store = await storeWith({ mute: { url: 'http://127.0.0.1:9/mcp' } })
  // The kernel of one machine always answers itself: here it is the socket that never says what became of it.
  const sockets: net.Socket[] = []
  const connect = vi.spyOn(net.Socket.prototype, 'connect').mockImplementation(function (this: net.Socket) {
    sockets.push(this)
    return this
  })
  later(() => connect.mockRestore())
  expect(await store.inspectServices()).toMatchObject([
    { severity: 'warning', text: expect.stringContaining('within 2 s'), value: { fault: 'silent' } },
  ])
  expect(sockets.map(({ destroyed }) => destroyed)).toEqual([true])
})

test('services of agents are named with their agent, in what to do next too', async () => {
  const store = await storeWith({})
  await store
    .forAgent('scout')
    .addService({ name: 'own', command: 'node', args: ['gone.js'], cwd: scratch() })
  await store.forAgent('scout').addService({ name: 'shut', url: (await startRemote({ token: 'right' })).url })
  await store.forAgent('scout').checkServices('shut')
  expect(await store.inspectServices()).toMatchObject([
    { name: 'service own of agent scout', value: { scope: { agent: 'scout' }, field: 'args[0]' } },
    { name: 'service shut of agent scout', hint: 'Sign in: mcpstore login shut --agent scout' },
  ])
})

test('why a service is not reached was told twice, as it was found and as it is', async () => {
  const folder = scratch()
  const store = await storeWith({
    gone: { url: 'http://127.0.0.1:1/mcp' },
    dying: { command: process.execPath, args: ['-e', 'process.exit(3)'] },
    missing: { command: process.execPath, args: ['gone.js'], cwd: folder },
  })
  const checks = await store.forStore().checkServices()
  expect(checks.map(({ status }) => status)).toEqual(['failing', 'failing', 'failing'])
  const found = (await store.inspectServices()).map(({ severity, value, hint }) => {
    const { service, fault } = value as { service: string; fault: string }
    return [service, severity, fault, hint]
  })
  const again = (name: string) => expect.stringMatching(new RegExp(`Try it again: mcpstore check ${name}$`))
  expect(found).toEqual([
    ['dying', 'warning', 'failing', again('dying')],
    ['gone', 'critical', 'refused', again('gone')],
    ['missing', 'critical', 'not_found', again('missing')],
  ])
})

test('of a command that cannot be started another cause was told than the true one', async () => {
  const folder = scratch()
  const services = {
    path: { command: 'node', args: ['-v'], env: { PATH: `${folder}/none` } },
    folder: { command: folder },
    tilde: { command: '~/bin/server' },
    unknown: { command: 'no-such-program', env: { PATH: `${folder}/none` } },
  }
  const store = await storeWith(services)
  const hints = {
    path: expect.stringMatching(
      /^The PATH of its config \("env" or "envFile"\) does not lead to it: correct it/,
    ),
    folder: 'Correct "command" in its config.',
    tilde: 'Write the whole path as "command": "~" is not expanded.',
    unknown: expect.stringMatching(/^Install it/),
  }
  const found = (await store.inspectServices()).map(({ value, hint }) => [
    (value as { service: string }).service,
    hint,
  ])
  expect(Object.fromEntries(found)).toEqual(hints)
  const checks = await store.forStore().checkServices()
  expect(Object.fromEntries(checks.map(({ name, error }) => [name, error?.hint]))).toEqual(hints)
  expect(checks.find(({ name }) => name === 'folder')?.error?.message).toBe(
    `service "folder" cannot start: "${folder}" is a folder`,
  )
})
