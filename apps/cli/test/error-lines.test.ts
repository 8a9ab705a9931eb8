import { stripVTControlCharacters } from 'node:util'
import { expect, it } from 'vitest'
import { cached, fakeOutput, fakeService, fakeToolList, libraryError, run } from './fakes.ts'

const message =
  'service "dead" exited with code 3. Its last output:\nstarting\n\nError: no licence\n    at open (server.js:3:9)'
const hint = 'Run its command by hand, or see what it said: mcpstore logs dead'
const error = { code: 'unreachable', message, hint }
const { facts } = fakeService('dead')
const lastError = { code: 'unreachable', message, at: '2026-11-20T10:00:00.000Z' }
const failing = { status: 'failing' as const, toolCount: null, fetchedAt: null }
const services = {
  listServices: async () => [fakeService('dead', { ...failing, facts: { ...facts, lastError } })],
  listTools: async () =>
    fakeToolList([], [cached('dead', { source: 'none', fetchedAt: null, age: null, error })]),
  checkServices: async () => [{ name: 'dead', status: 'failing' as const, tookMs: null, error }],
  waitService: () => Promise.reject(libraryError('unreachable', message, hint)),
}
const findings = [
  { name: 'service dead', severity: 'warning', text: message, hint },
  { name: 'file', severity: 'ok', text: '/a/path/that/is/longer/than/all/that/is/left/of/the/terminal.db' },
]
const store = { inspect: async () => [], inspectServices: async () => findings as never }

/** What is shown on a terminal of that width. */
async function shown(argv: string[], columns: number): Promise<string> {
  let shown = ''
  const output = { ...fakeOutput((text) => (shown += text)), columns }
  await run(argv, { services, store, host: { out: output, err: output } })
  return shown
}

it('every line of an error, a warning and a hint begins in the same column', async () => {
  expect(await shown(['wait', 'dead'], Number.POSITIVE_INFINITY)).toMatchInlineSnapshot(`
    "error: service "dead" exited with code 3. Its last output:
           starting

           Error: no licence
               at open (server.js:3:9)
    hint:  Run its command by hand, or see what it said: mcpstore logs dead
    "
  `)
  expect(await shown(['list-tools'], Number.POSITIVE_INFINITY)).toMatchInlineSnapshot(`
    "dead  no tool list yet
    warning: service "dead" exited with code 3. Its last output:
             starting

             Error: no licence
                 at open (server.js:3:9)
    hint:    Run its command by hand, or see what it said: mcpstore logs dead
    "
  `)
})

it('so do those that a terminal is too narrow for; a command stays in one', async () => {
  expect(await shown(['wait', 'dead'], 44)).toMatchInlineSnapshot(`
    "error: service "dead" exited with code 3.
           Its last output:
           starting

           Error: no licence
               at open (server.js:3:9)
    hint:  Run its command by hand, or see what
           it said: mcpstore logs dead
    "
  `)
  expect(await shown(['list-tools'], 60)).toMatchInlineSnapshot(`
    "dead  no tool list yet
    warning: service "dead" exited with code 3. Its last output:
             starting

             Error: no licence
                 at open (server.js:3:9)
    hint:    Run its command by hand, or see what it said:
             mcpstore logs dead
    "
  `)
})

it.each(["'my docs, old'", "'it'\\''s. Mine'", "$'a\\x0ab, c\\''"])(
  'a command with %s was broken at what looks like the end of a sentence in it',
  async (name) => {
    const command = `mcpstore trust ${name}`
    const services = {
      waitService: () => Promise.reject(libraryError('untrusted', 'x', `Say this: ${command}, or so.`)),
    }
    let shown = ''
    const err = { ...fakeOutput((text) => (shown += text)), columns: 32 }
    await run(['wait', 'dead'], { services, host: { err } })
    expect(shown.split('\n').filter((line) => line.includes(`${command},`))).toHaveLength(1)
  },
)

it('of a line that is too long the blanks between words were lost', async () => {
  const said = 'exited:\n  at  line 3:    x = [1,  2]   and a  lot more'
  const services = { waitService: () => Promise.reject(libraryError('unreachable', said)) }
  let shown = ''
  const err = { ...fakeOutput((text) => (shown += text)), columns: 40 }
  await run(['wait', 'dead'], { services, host: { err } })
  expect(shown.split('\n').slice(0, 3)).toEqual([
    'error: exited:',
    '         at  line 3:    x = [1,  2]',
    '         and a  lot more',
  ])
})

it('in the last column of a table nothing is cut; without room for it, it stands below', async () => {
  expect(await shown(['list'], 70)).toMatchInlineSnapshot(`
    "NAME  TRANSPORT  STATUS   TOOLS  AGE
    dead  http       failing  -      -    exited with code 3: Error: no
                                          licence
    "
  `)
  expect(await shown(['list'], 50)).toMatchInlineSnapshot(`
    "NAME  TRANSPORT  STATUS   TOOLS  AGE
    dead  http       failing  -      -
      exited with code 3: Error: no licence
    "
  `)
  expect(await shown(['check'], 42)).toMatchInlineSnapshot(`
    "NAME  STATUS
    dead  failing  exited with code 3: Error:
                   no licence
    "
  `)
})

it('findings of doctor are told in the same way', async () => {
  const findings = async (columns: number) =>
    (await shown(['doctor'], columns)).split('\n\n').slice(1).join('\n\n')
  expect(await findings(80)).toMatchInlineSnapshot(`
    "service dead  warning  service "dead" exited with code 3. Its last output:
                           starting

                           Error: no licence
                               at open (server.js:3:9)
                           Run its command by hand, or see what it said:
                           mcpstore logs dead
    file          ok       /a/path/that/is/longer/than/all/that/is/left/of/the/terminal.db
    "
  `)
  expect(await findings(44)).toMatchInlineSnapshot(`
    "service dead  warning
      service "dead" exited with code 3. Its
      last output:
      starting

      Error: no licence
          at open (server.js:3:9)
      Run its command by hand, or see what it
      said: mcpstore logs dead
    file          ok
      /a/path/that/is/longer/than/all/that/is/left/of/the/terminal.db
    "
  `)
})

it('where a name takes the room, how bad a finding is was left out: the name is cut', async () => {
  const name = 'service weather-of-the-northern-hemisphere'
  const inspectServices = async () => [{ ...findings[0], name }] as never
  let shown = ''
  const out = { ...fakeOutput((text) => (shown += text)), columns: 40 }
  await run(['doctor'], { store: { ...store, inspectServices }, host: { out } })
  expect(shown).toContain('\nservice weather-of-the-north…  warning\n  service "dead" exited')
})

it('labels that are painted are as wide', async () => {
  let shown = ''
  const err = { ...fakeOutput((text) => (shown += text)), columns: 60, color: true }
  await run(['wait', 'dead'], { services, host: { err } })
  expect(
    stripVTControlCharacters(shown)
      .split('\n')
      .map((line) => line.search(/\S/)),
  ).toEqual([0, 7, -1, 7, 11, 0, 7, -1])
  expect(shown).toContain('\u001b[31merror:\u001b[0m service')
  expect(shown).toContain('\u001b[2mhint: \u001b[0m Run')
})
