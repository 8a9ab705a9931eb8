import { describe, expect, it } from 'vitest'
import { Box } from '../support/box.ts'
import { signedInElsewhere } from '../support/browser.ts'
import { addServices, documentOf, mcpstore } from '../support/mcpstore.ts'
import { hasRedisServer, startRedis } from '../support/redis-server.ts'
import { startHttpServer } from '../support/servers.ts'
import { onTerminal } from '../support/terminal.ts'

const QUESTION = 'paste the address that it ends at: '

/** The address of the page, as the terminal shows it. */
const pageIn = (shown: string): string => /Sign in to demo at: (\S+)/.exec(shown)![1]!

describe.runIf(process.platform === 'linux')('on a terminal', () => {
  it('where the browser is on another machine, the address that it ends at is pasted', async () => {
    await using box = new Box()
    await addServices(box, { demo: { url: await startHttpServer(box, { authorization: {} }) } })
    const { exit, shown } = await onTerminal(
      box,
      ['login', 'demo', '--no-browser'],
      [
        [QUESTION, 'https://example.com/?code=of-another\n'],
        ['That is not the address of this sign-in.', ''],
        [
          QUESTION,
          async (all) => {
            // Long enough for a line that would say what is waited for.
            for (let more = 0; more < 4; more++) await mcpstore(box, ['list'])
            return `${await signedInElsewhere(pageIn(all))}\n`
          },
        ],
      ],
    )
    expect(exit, shown).toBe(0)
    expect(shown).toContain('signed in to demo\n')
    expect(shown.slice(shown.indexOf(QUESTION)), 'nothing is drawn over it').not.toContain('\u001b[K')
    expect((await mcpstore(box, ['use-tool', 'demo/echo', 'text=hi'])).stdout).toBe('hi\n')
  })

  it('Ctrl-D at the question ends it, but not the waiting for the browser', async () => {
    await using box = new Box()
    await addServices(box, { demo: { url: await startHttpServer(box, { authorization: {} }) } })
    const answers = [
      [QUESTION, '\u0004'],
      [
        '\n',
        (all: string) => {
          void fetch(pageIn(all))
          return undefined
        },
      ],
    ] as const
    const { exit, shown } = await onTerminal(box, ['login', 'demo', '--no-browser'], answers)
    expect(exit, shown).toBe(0)
  })

  it.runIf(hasRedisServer)(
    'a service that a stranger added is shown and asked about before anything is sent',
    async () => {
      await using box = new Box()
      await using redis = await startRedis()
      const url = await startHttpServer(box, { authorization: {} })
      const env = { MCPSTORE_REDIS_URL: redis.url }
      const stranger = { ...env, MCPSTORE_HOME: box.path('stranger') }
      expect((await mcpstore(box, ['add', 'demo', url], { env: stranger })).exit).toBe(0)
      const words = ['login', 'demo', '--no-browser']
      const asked = 'May demo, at this address, get tokens of yours? [y/N] '
      const declined = await onTerminal(box, words, [[asked, 'n\n']], { env })
      expect(declined.exit, declined.shown).toBe(1)
      expect(declined.shown).toContain(url)
      expect(declined.shown).toContain('Nothing was approved, and nobody signed in.\n')
      const { log } = (await (await fetch(new URL('/log', url))).json()) as { log: unknown[] }
      expect(log).toEqual([])
      const agreed = await onTerminal(
        box,
        words,
        [
          [asked, 'y\n'],
          [QUESTION, async (all) => `${await signedInElsewhere(pageIn(all))}\n`],
        ],
        { env },
      )
      expect(agreed.exit, agreed.shown).toBe(0)
      const { services } = documentOf(await mcpstore(box, ['list', '--json'], { env }))
      expect(services).toMatchObject([{ name: 'demo', status: 'ok' }])
    },
  )
})
