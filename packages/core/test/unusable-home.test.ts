import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { McpStoreError } from '@mcpstore/storage'
import { expect, test } from 'vitest'
import { failureOf, scratch, startRemote } from './connections-fixtures.ts'
import { server } from './stores.ts'
import { sharedPlace } from './strangers.ts'

const homes: Record<string, (folder: string) => string> = {
  'is a file': (folder) => {
    writeFileSync(`${folder}/home`, 'x')
    return `${folder}/home`
  },
  'lies below a file': (folder) => {
    writeFileSync(`${folder}/home`, 'x')
    return `${folder}/home/mcpstore`
  },
  'is a link that leads in a circle': (folder) => {
    symlinkSync(`${folder}/home`, `${folder}/home`)
    return `${folder}/home`
  },
  'has too long a name': (folder) => `${folder}/${'n'.repeat(300)}`,
}

test.each(Object.entries(homes))(
  'with a home that %s everything works, approved for this process only',
  async (_, homeIn) => {
    const home = homeIn(scratch())
    const place = sharedPlace()
    const reader = await place.reader({ home })
    const ctx = reader.forStore()
    const report = await ctx.addService({ demo: server(), away: { url: 'http://127.0.0.1:1/mcp' } })
    expect(report).toMatchObject({
      results: [{ status: 'added' }, { status: 'added' }],
      approvalError: { code: 'storage', hint: expect.any(String), cause: expect.any(Error) },
    })
    expect((await ctx.addService({ demo: server() })).results).toMatchObject([{ status: 'unchanged' }])
    expect((await ctx.listServices()).map(({ name, facts }) => [name, facts.trusted])).toEqual([
      ['away', true],
      ['demo', true],
    ])
    expect((await ctx.useTool('demo/echo', { text: 'x' })).content).toEqual([{ type: 'text', text: 'x' }])
    expect((await ctx.listTools('demo')).map(({ tool }) => tool)).toContain('echo')
    expect((await ctx.patchService('demo', { description: 'new' })).status).toBe('updated')
    expect((await ctx.serviceInfo('demo')).facts.trusted).toBe(true)

    const other = (await place.reader({ home })).forStore()
    const inert = (await other.serviceInfo('demo')).facts.inert
    expect(inert).toContain(`${home}/trust.json approves nothing: E`)
    const failures = [
      await failureOf(other.useTool('demo/echo', { text: 'x' })),
      await failureOf(ctx.trustService('demo')),
      await failureOf(ctx.diffTools('demo')),
      await failureOf(ctx.acceptTools('demo')),
      await failureOf(ctx.signOut('away')),
    ]
    for (const failure of failures) {
      expect(failure).toBeInstanceOf(McpStoreError)
      expect(failure.hint).toBeTruthy()
    }
    expect(failures.map(({ code }) => code)).toEqual([
      'untrusted',
      'storage',
      'storage',
      'storage',
      'storage',
    ])
    for (const { cause } of failures.slice(1)) expect(cause).toBeInstanceOf(Error)

    expect((await ctx.deleteService('demo')).status).toBe('deleted')
    await reader.clear()
    expect(await ctx.listServices()).toEqual([])
  },
)

test.each(Object.entries(homes))(
  'with a home that %s a user was sent to sign in, and told then that nothing can be kept',
  async (_, homeIn) => {
    const home = homeIn(scratch())
    const [remote, plain] = [await startRemote({ authorization: {} }), await startRemote()]
    const ctx = (await sharedPlace().reader({ home })).forStore()
    await ctx.addService({ demo: { url: remote.url }, plain: { url: plain.url } })
    const opened: string[] = []
    const open = (url: string) => void opened.push(url)
    const error = await failureOf(ctx.signIn('demo', { open, timeout: 5000 }))
    expect(error).toMatchObject({ code: 'storage', hint: expect.any(String), cause: expect.any(Error) })
    expect(error.message).toContain(`${home}/tokens`)
    expect(opened).toEqual([])
    // Where nobody has to sign in there is nothing to keep.
    expect(await ctx.signIn('plain', { open })).toMatchObject({ status: 'not_needed' })
  },
)

test('where the tokens cannot be looked into nobody is signed in, and signing out says why', async () => {
  const home = scratch()
  mkdirSync(home, { recursive: true })
  writeFileSync(`${home}/tokens`, 'no folder')
  const ctx = (await sharedPlace().reader({ home })).forStore()
  await ctx.addService({ away: { url: 'http://127.0.0.1:1/mcp' } })
  const error = await failureOf(ctx.signOut('away'))
  expect(error).toMatchObject({ code: 'storage', message: expect.stringContaining(`${home}/tokens`) })
  const { failed } = await ctx.listTools().then(
    ({ services }) => ({ failed: services.map(({ error: note }) => note?.code) }),
    ({ code }) => ({ failed: [code] }),
  )
  expect(failed).toEqual(['unreachable'])
})
