import { once } from 'node:events'
import { expect, it } from 'vitest'
import { Box } from '../support/box.ts'
import { addServices, documentOf, mcpstore, program } from '../support/mcpstore.ts'

/** Types `key` at the question of `clear` on a terminal of its own, and answers the exit code and what was shown. */
async function clearAnswered(box: Box, key: string): Promise<{ exit: number; shown: string }> {
  const line = `"${process.execPath}" "${program}" clear`
  const terminal = box.spawn('script', ['--quiet', '--return', '--command', line, '/dev/null'], {
    env: box.environment({ NO_COLOR: '1' }),
  })
  let shown = ''
  let typed = false
  terminal.stdout!.on('data', (chunk) => {
    shown += chunk
    if (typed || !shown.includes('[y/N]')) return
    typed = true
    terminal.stdin!.write(key)
  })
  const [exit] = await once(terminal, 'close')
  return { exit, shown: shown.replaceAll('\r', '') }
}

// util-linux has the options of `script` that are used here.
it.runIf(process.platform === 'linux').each([
  ['Ctrl-C', '\u0003', 130, /\[y\/N\] (?:\^C)?\nerror: interrupted\n$/, 1],
  ['Ctrl-D', '\u0004', 1, /\[y\/N\] \nNothing was removed\.\n$/, 1],
  ['n', 'n\n', 1, /\[y\/N\] n\nNothing was removed\.\n$/, 1],
  ['y', 'y\n', 0, /\[y\/N\] y\nremoved 1 service .*\n$/, 0],
] as const)('at the question of clear %s is understood', async (_what, key, exit, shown, left) => {
  await using box = new Box()
  await addServices(box, { weather: { url: 'https://example.com' } })
  expect(await clearAnswered(box, key)).toEqual({ exit, shown: expect.stringMatching(shown) })
  expect(documentOf(await mcpstore(box, ['list', '--json'])).services).toHaveLength(left)
})
