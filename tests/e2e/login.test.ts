import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, utimesSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { expect, it } from 'vitest'
import { Box } from '../support/box.ts'
import { fakeBrowser } from '../support/browser.ts'
import { addServices, documentOf, errorOf, mcpstore, startMcpstore } from '../support/mcpstore.ts'
import { until } from '../support/processes.ts'
import { startHttpServer } from '../support/servers.ts'

async function grants(url: string, grant: string): Promise<number> {
  const { log } = (await (await fetch(new URL('/log', url))).json()) as { log: { rpc?: string }[] }
  return log.filter(({ rpc }) => rpc === `grant_type=${grant}`).length
}

function noteSecrets(box: Box): void {
  const folder = `${box.home}/tokens`
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
    const { tokens } = JSON.parse(readFileSync(`${folder}/${file}`, 'utf8'))
    box.secrets.push(tokens.access_token, tokens.refresh_token)
  }
}

it('a user signs in in the browser, uses the service, and signs out', async () => {
  await using box = new Box()
  const url = await startHttpServer(box, { authorization: { revokes: true } })
  await addServices(box, { demo: { url } })
  const refused = await mcpstore(box, ['use-tool', 'demo/echo', 'text=hi', '--json'])
  expect(refused.exit).toBe(3)
  expect(errorOf(refused)).toMatchObject({
    code: 'auth_required',
    hint: expect.stringContaining('mcpstore login demo'),
  })
  const listed = await mcpstore(box, ['list', '--json'])
  expect(documentOf(listed).services[0]).toMatchObject({ name: 'demo', status: 'auth' })
  const env = fakeBrowser(box)
  const signedIn = await mcpstore(box, ['login', 'demo'], { env })
  expect(signedIn).toMatchObject({ exit: 0, stdout: 'signed in to demo\n' })
  expect(JSON.parse(readFileSync(box.path('opened'), 'utf8'))).toEqual([
    expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/authorize\?.*state=/),
  ])
  noteSecrets(box)
  expect(await mcpstore(box, ['use-tool', 'demo/echo', 'text=hi', '--debug'])).toMatchObject({
    exit: 0,
    stdout: 'hi\n',
  })
  expect(await mcpstore(box, ['export'])).toMatchObject({ exit: 0 })
  const removed = await mcpstore(box, ['remove', 'demo', '--dataspace', 'default'])
  expect(removed).toMatchObject({
    exit: 0,
    stdout: 'removed demo\n',
    stderr: expect.stringMatching(
      /^warning: the tokens for service "demo" are still here: mcpstore logout --dataspace default demo removes them\n$/,
    ),
  })
  await addServices(box, { demo: { url } })
  const out = await mcpstore(box, ['logout', 'demo'])
  expect(out).toMatchObject({ exit: 0, stdout: expect.stringContaining('revoked where they came from') })
  expect((await mcpstore(box, ['logout', 'demo'])).stdout).toBe('nobody was signed in to demo\n')
  expect((await mcpstore(box, ['use-tool', 'demo/echo', 'text=hi'])).exit).toBe(3)
  const again = await mcpstore(box, ['login', 'demo', '--json'], { env })
  expect(documentOf(again)).toEqual({ name: 'demo', status: 'signed_in' })
  expect(documentOf(await mcpstore(box, ['logout', 'demo', '--json']))).toMatchObject({
    status: 'signed_out',
  })
})

it('login of what is no MCP server said that nobody has to sign in', async () => {
  await using box = new Box()
  const url = await startHttpServer(box, { mode: 'html' })
  await addServices(box, { demo: { url } })
  const outcome = await mcpstore(box, ['login', 'demo'])
  expect(outcome).toMatchObject({ exit: 4, stdout: '' })
  expect(outcome.stderr).toMatch(/^error: service "demo" .*\nhint: {2}Check the path of "url"/)
})

it('five processes with an expired token renew it once', async () => {
  await using box = new Box()
  const url = await startHttpServer(box, { authorization: {} })
  await addServices(box, { demo: { url } })
  expect((await mcpstore(box, ['login', 'demo'], { env: fakeBrowser(box) })).exit).toBe(0)
  // With a list at hand none of them waits for another one.
  expect((await mcpstore(box, ['list-tools', 'demo'])).exit).toBe(0)
  await fetch(new URL('/expire', url))
  const calls = Array.from({ length: 5 }, () => mcpstore(box, ['use-tool', 'demo/echo', 'text=hi']))
  for (const call of await Promise.all(calls)) expect(call).toMatchObject({ exit: 0, stdout: 'hi\n' })
  expect(await grants(url, 'refresh_token')).toBe(1)
})

it('a process that is killed as it renews a token keeps nobody else from it', async () => {
  await using box = new Box()
  const url = await startHttpServer(box, { authorization: { holds: true } })
  await addServices(box, { demo: { url } })
  expect((await mcpstore(box, ['login', 'demo'], { env: fakeBrowser(box) })).exit).toBe(0)
  await fetch(new URL('/expire', url))
  const { child, outcome } = startMcpstore(box, ['use-tool', 'demo/echo', 'text=hi'])
  await until('the token is renewed', async () => (await grants(url, 'refresh_token')) === 1)
  child.kill('SIGKILL')
  await outcome
  const lock = readdirSync(`${box.home}/tokens`).filter((name) => name.endsWith('.renewal.lock'))
  expect(lock).toHaveLength(1)
  // It never gets old: that its owner is gone is seen.
  const later = new Date(Date.now() + 3_600_000)
  utimesSync(`${box.home}/tokens/${lock[0]}`, later, later)
  const next = await mcpstore(box, ['use-tool', 'demo/echo', 'text=hi'])
  expect(next).toMatchObject({ exit: 0, stdout: 'hi\n' })
  expect(await grants(url, 'refresh_token')).toBe(2)
  expect(readdirSync(`${box.home}/tokens`)).toHaveLength(1)
})

it('--no-browser prints the address and waits; Ctrl-C ends it with 130 and keeps nothing', async () => {
  await using box = new Box()
  const url = await startHttpServer(box, { authorization: {} })
  await addServices(box, { demo: { url } })
  for (const follows of [true, false]) {
    const { child, outcome } = startMcpstore(box, ['login', 'demo', '--no-browser'])
    const [line] = await once(createInterface(child.stderr!), 'line')
    const address = /^Sign in to demo at: (\S+)$/.exec(line)![1]!
    if (follows) await fetch(address)
    else child.kill('SIGINT')
    const { exit } = await outcome
    expect(exit).toBe(follows ? 0 : 130)
    if (follows) await mcpstore(box, ['logout', 'demo'])
    const folder = `${box.home}/tokens`
    expect(existsSync(folder) ? readdirSync(folder) : []).toEqual([])
  }
})

it('a time that is over, a user who says no, and an opener that is not there are told', async () => {
  await using box = new Box()
  const url = await startHttpServer(box, { authorization: { denies: true } })
  await addServices(box, { demo: { url } })
  const denied = await mcpstore(box, ['login', 'demo'], { env: fakeBrowser(box) })
  expect(denied).toMatchObject({ exit: 3, stderr: expect.stringContaining('access_denied') })
  const late = await mcpstore(box, ['login', 'demo', '--no-browser', '--timeout', '1'])
  expect(late).toMatchObject({ exit: 4, stderr: expect.stringContaining('within 1 s') })
  const none = await mcpstore(box, ['login', 'demo', '--json'], { env: { BROWSER: box.path('nothing') } })
  expect(none.exit).toBe(3)
  expect(errorOf(none).message).toContain('no browser could be opened')
  const unseen = await mcpstore(box, ['login', 'demo', '--json', '--no-browser'])
  expect(unseen.exit).toBe(1)
})
