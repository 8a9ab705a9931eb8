import type { Finding } from '../../inspection.ts'
import { DATA_COMMANDS } from './acl.ts'
import type { Place } from './place.ts'
import type { RedisSession } from './session.ts'

type Words = readonly [command: string, ...args: (string | number)[]]

/** What works worse, and not not at all, without the right. */
const OPTIONAL: Readonly<Record<string, string>> = {
  info: 'a restart of the server is not told from a wipe',
  publish: 'others see changes only when they ask, every few seconds',
  subscribe: 'changes of others are seen only when they are asked for, every few seconds',
}

/** Every command the backend uses, here or in a script, on keys of the dataspace. */
function commandsUsed(place: Place): Words[] {
  const { meta, index, conflicts, nodes, changes } = place
  const record = place.key('services:doctor:config')
  const stats = place.key('tools:doctor:stats')
  const args: Record<(typeof DATA_COMMANDS)[number], (string | number)[]> = {
    eval: ['return 1', 1, meta],
    evalsha: ['e0e1f9fabfc9d4800c877a703b823ac0578ff8db', 1, meta],
    exists: [meta],
    del: [place.lease('doctor')],
    pexpire: [place.shares('doctor'), 1],
    hget: [meta, 'epoch'],
    hset: [record, 's', ''],
    hsetnx: [meta, 'epoch', ''],
    hdel: [nodes, ''],
    hkeys: [stats],
    hmget: [record, 's'],
    hgetall: [stats],
    hincrby: [meta, 'rev', 1],
    zadd: [index, 0, ''],
    zscore: [index, ''],
    zrem: [index, ''],
    zrange: [index, 0, 0],
    zrangebyscore: [index, 0, 0],
    zlexcount: [conflicts, '-', '+'],
    zremrangebyrank: [conflicts, 0, 0],
    time: [],
    info: ['server'],
    publish: [changes, ''],
  }
  return DATA_COMMANDS.map((command) => [command, ...args[command]])
}

/**
 * Which rights this user lacks. The commands are queued in a transaction that is made to fail: Redis checks rights when
 * a command is queued, and runs none of them. Asking takes no right that reading does not take.
 */
export async function rightsFinding(session: RedisSession, place: Place): Promise<Finding> {
  const without = await refusedOf(session, place, [])
  // Where no transaction can be begun, nothing may be tried in one.
  const refused = without ?? (await refusedOf(session, place, commandsUsed(place))) ?? []
  const unheard = session.missing.some((right) => right.startsWith('SUBSCRIBE')) ? ['subscribe'] : []
  const missing = [...new Set([...refused, ...unheard])]
  if (missing.length === 0) return { name: 'rights', severity: 'ok', text: 'all that are needed', value: [] }
  const needed = missing.filter((command) => OPTIONAL[command] === undefined)
  const unknown =
    without === undefined ? [] : ['whether others are too cannot be asked without a transaction']
  const costs = [...missing.flatMap((command) => OPTIONAL[command] ?? []), ...unknown]
  return {
    name: 'rights',
    severity: needed.length > 0 ? 'critical' : 'warning',
    text: `missing: ${missing.map((command) => command.toUpperCase()).join(', ')}${costs.length > 0 ? ` (${costs.join('; ')})` : ''}`,
    value: missing,
    hint: 'Run mcpstore redis acl: it prints the rights that a user needs.',
  }
}

/** The commands that were refused; `undefined` for none at all. */
async function refusedOf(
  session: RedisSession,
  place: Place,
  commands: readonly Words[],
): Promise<string[] | undefined> {
  const incomplete: Words = ['hget', place.meta]
  const sent: readonly Words[] = [['multi'], ...commands, incomplete, ['exec']]
  const results = await session.ask((client) => {
    const pipeline = client.pipeline()
    for (const [command, ...args] of sent) pipeline.call(command, ...args)
    return pipeline.exec()
  })
  const refused = sent.flatMap(([command], at) => (isRefused(results![at]![0]) ? [command] : []))
  return refused.length > 0 ? refused : undefined
}

function isRefused(error: Error | null): boolean {
  return /^NOPERM|no permissions to/i.test(error?.message ?? '')
}
