import { mkdirSync } from 'node:fs'
import { expect, it } from 'vitest'
import { Box } from '../support/box.ts'
import { addServices, mcpstore } from '../support/mcpstore.ts'

it('in a folder that was removed what does not need it works, and the rest says what is missing', async () => {
  await using box = new Box()
  await addServices(box, { weather: { url: 'https://example.com' } })
  const cwd = box.path('gone')
  const run = (...argv: string[]) => {
    mkdirSync(cwd)
    return mcpstore(box, argv, { cwd, prefix: ['sh', '-c', 'rmdir "$PWD" && exec "$0" "$@"'] })
  }
  expect(await run('--help')).toMatchObject({ exit: 0, stderr: '' })
  expect(await run('list')).toMatchObject({ exit: 0, stderr: '', stdout: expect.stringContaining('weather') })
  expect(await run('add', 'mcp.json')).toMatchObject({
    exit: 1,
    stderr: expect.stringMatching(/^error: there is no file "mcp\.json"\n/),
  })
})
