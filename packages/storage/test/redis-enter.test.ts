import { expect, it } from 'vitest'
import { enter } from '../src/backends/redis/enter.ts'
import { placeOf } from '../src/backends/redis/place.ts'
import type { RedisSession } from '../src/backends/redis/session.ts'
import { systemTime } from '../src/time.ts'

const EPOCH = 'aaaaaaaaaa'

/** Enters a dataspace that is there, on a server that says this of itself. */
function enterOn(info: string): ReturnType<typeof enter> {
  const reply = [EPOCH, '1.0', 'bbbbbbbbbb', '', '', '0', info]
  const session = { run: async () => [{ reply }], ask: async () => 0 } as unknown as RedisSession
  const options = { label: 'redis://h:6379/0', lifetime: '', known: {}, time: systemTime, now: '' }
  return enter(session, placeOf('n', 'd', false), options)
}

it.each(['6.0.16', '5.0.7', '2.8.1'])('a server of version %s is too old, and named', async (version) => {
  await expect(enterOn(`redis_version:${version}\r\n`)).rejects.toMatchObject({
    state: 'down',
    message: `redis://h:6379/0 is Redis ${version}, older than 6.2`,
    hint: 'Update Redis.',
  })
})

it.each(['redis_version:6.2.0\r\n', 'redis_version:7.2.4\r\nvalkey_version:8.1.0\r\n', ''])(
  'a server that says %j is not',
  async (info) => {
    expect(await enterOn(info)).toMatchObject({ epoch: EPOCH })
  },
)
