import { once } from 'node:events'
import { configKey } from './records.mjs'

// Where the arguments stand that differ from one write of a record to the next: scripts/merge.lua says what they are.
const STAMP = 5
const VALUE = 7
const SEEN = 9

/**
 * What `Dataspace.put` has Redis run, called through a plain ioredis: the same script with the same arguments, as the
 * server saw them, in a dataspace of its own. Returns a function that writes one value.
 */
export async function bareMerge(redis) {
  const { script, keys, args } = await observed(redis)
  const node = args[STAMP].slice(17)
  const client = redis.client()
  let rising = 0
  return async (value) => {
    const own = [...args]
    own[SEEN] = args[STAMP]
    own[STAMP] = `${hex(Date.now(), 12)}${hex(++rising & 0xffff, 4)}-${node}`
    own[VALUE] = JSON.stringify(value)
    const [verdict] = await client.evalsha(script, keys.length, ...keys, ...own)
    if (verdict !== 'accepted') throw new Error(`the bare call was ${verdict}`)
    args[STAMP] = own[STAMP]
  }
}

/** The call of the script by which a put is merged. */
async function observed(redis) {
  const dataspace = await redis.dataspace('bare')
  await dataspace.put(configKey(0), 'first')
  const monitor = await redis.client({ lazyConnect: true }).monitor()
  const seen = once(monitor, 'monitor')
  await dataspace.put(configKey(0), 'second')
  const [, [name, script, count, ...rest]] = await seen
  monitor.disconnect()
  await dataspace.close()
  if (name !== 'evalsha') throw new Error(`a put was seen to be ${name}`)
  return { script, keys: rest.slice(0, Number(count)), args: rest.slice(Number(count)) }
}

function hex(number, width) {
  return number.toString(16).padStart(width, '0')
}
