import { join, type Member } from '../support/member.ts'
import { until } from '../support/processes.ts'
import { startRedis } from '../support/redis-server.ts'
import { startProxy, type TcpProxy } from '../support/tcp-proxy.ts'
import { type Measured, taken } from './taken.ts'

/** An hour: nobody gives a sign of life while something else is counted. */
const QUIET_MS = 3_600_000
const BEATS = 5
const config = (version: number) => ({ type: 'http', url: 'https://example.com/mcp', version })

/**
 * What the operations of the storage tier take at Redis: `a` does them, `b` is another process, each behind a proxy of its
 * own. Whether all of it was counted shows when a change of a third one has been seen, whose price is known.
 */
export async function measureDataspace(): Promise<Measured> {
  await using redis = await startRedis()
  await using ours = await startProxy(redis.port)
  await using theirs = await startProxy(redis.port)
  await using third = await join(redis, { beatMs: QUIET_MS })
  await third.put('third', config(0))
  await haveScriptsKnown(redis)
  const measured: Measured = {}
  await using a = await join(ours, { beatMs: QUIET_MS })
  measured['open: commands'] = taken(ours).commands
  await using b = await join(theirs, { beatMs: QUIET_MS })

  let changes = 0
  const price = { commands: 2 }
  const settled = async () => {
    await third.put('third', config(++changes))
    for (const member of [a, b]) await until('it is seen', () => versionOf(member, 'third') === changes)
  }
  const counted = async (operate: () => Promise<unknown>, seen: () => boolean) => {
    await settled()
    for (const proxy of [ours, theirs]) proxy.forget()
    await operate()
    await until('the other has it', seen)
    const other = taken(theirs)
    await settled()
    return { own: taken(ours).commands - price.commands, other }
  }

  await a.put('one', config(0))
  const put = await counted(
    () => a.put('one', config(1)),
    () => versionOf(b, 'one') === 1,
  )
  measured['put: commands'] = put.own
  measured['a change seen: commands'] = put.other.commands
  measured['a change seen: bytes'] = put.other.bytes
  const reading = await counted(
    async () => [a.get('one'), a.store.list('services:'), a.store.counters('tools:t:stats'), a.status],
    () => true,
  )
  measured['get, list, counters, status: commands'] = reading.own
  const countedOnce = async () => a.count('one')
  await counted(countedOnce, () => b.calls('one') === 1)
  const count = await counted(
    async () => {
      for (let calls = 0; calls < 100; calls++) a.count('one')
    },
    () => b.calls('one') === 101,
  )
  measured['100 counts: commands'] = count.own
  measured['counts seen: commands'] = count.other.commands
  ours.forget()
  await a.store.close()
  measured['close: commands'] = taken(ours).commands
  measured['a beat: commands'] = await ofBeat(ours)
  return measured
}

/** What one sign of life takes. */
async function ofBeat(proxy: TcpProxy): Promise<number> {
  await using member = await join(proxy, { beatMs: 50 })
  const beats = () => proxy.commands.filter(({ args }) => args.includes(`${member.prefix}nodes`)).length
  await until('it beats', () => beats() > 0)
  proxy.forget()
  await until('it has beaten some times', () => beats() >= BEATS)
  return proxy.counts.commands / beats()
}

function versionOf(member: Member, service: string): unknown {
  return (member.get(service) as { version?: number } | undefined)?.version
}

/** Has every script run once: the first run of each sends its text. */
async function haveScriptsKnown({ url }: { url: string }): Promise<void> {
  await using member = await join({ url }, { beatMs: QUIET_MS })
  await member.put('one', 1)
  member.count('one')
  await until('it is counted', () => member.calls('one') === 1)
  await member.put('one', undefined)
}
