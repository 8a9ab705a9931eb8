import { expect, it } from 'vitest'
import { Box } from '../support/box.ts'
import { addServices, documentOf, mcpstore } from '../support/mcpstore.ts'
import { onTerminal } from '../support/terminal.ts'

// util-linux has the options of `script` that are used here.
it.runIf(process.platform === 'linux').each([
  ['Ctrl-C', '\u0003', 130, /\[y\/N\] (?:\^C)?\nerror: interrupted\n$/, 1],
  ['Ctrl-D', '\u0004', 1, /\[y\/N\] \nNothing was removed\.\n$/, 1],
  ['n', 'n\n', 1, /\[y\/N\] n\nNothing was removed\.\n$/, 1],
  ['y', 'y\n', 0, /\[y\/N\] y\nremoved 1 service .*\n$/, 0],
] as const)('at the question of clear %s is understood', async (_what, key, exit, shown, left) => {
  await using box = new Box()
  await addServices(box, { weather: { url: 'https://example.com' } })
  expect(await onTerminal(box, ['clear'], [['[y/N]', key]])).toEqual({
    exit,
    shown: expect.stringMatching(shown),
  })
  expect(documentOf(await mcpstore(box, ['list', '--json'])).services).toHaveLength(left)
})
