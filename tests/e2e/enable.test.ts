import { expect, it } from 'vitest'
import { Box } from '../support/box.ts'
import { addServices, documentOf, errorOf, mcpstore } from '../support/mcpstore.ts'
import { fixtureServer } from '../support/servers.ts'

it('disables a service without forgetting anything of it, and enables it again', async () => {
  await using box = new Box()
  const run = (...argv: string[]) => mcpstore(box, argv)
  await addServices(box, { demo: { ...fixtureServer(box), env: { API_TOKEN: 'kept-and-never-shown' } } })
  expect(await run('call', 'demo/echo', 'text=hi')).toMatchObject({ exit: 0 })
  expect(await run('disable', 'demo')).toMatchObject({ exit: 0, stdout: 'disabled demo\n', stderr: '' })
  expect(await run('disable', 'demo')).toMatchObject({ exit: 0, stdout: 'demo was disabled already\n' })
  expect(documentOf(await run('list', '--json'))).toMatchObject({ services: [{ status: 'disabled' }] })
  for (const more of [[], ['--dry-run']]) {
    const { code, hint } = errorOf(await run('call', 'demo/echo', 'text=hi', '--json', ...more))
    expect([code, hint]).toEqual(['disabled', 'Enable it: mcpstore enable demo'])
  }
  expect(documentOf(await run('enable', 'demo', '--json'))).toEqual({
    enabled: 'demo',
    status: 'updated',
    durable: 'local',
  })
  expect(await run('enable', 'demo')).toMatchObject({ exit: 0, stdout: 'demo was enabled already\n' })
  const env = await run('call', 'demo/env', '--json')
  expect(env.stdout).toContain('kept-and-never-shown')
  expect(await run('disable', 'dmeo')).toMatchObject({ exit: 1, stderr: expect.stringContaining('demo') })
})
