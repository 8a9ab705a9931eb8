import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { cpuOfEach, withProxies } from './counting.mjs'
import { changing, puts } from './records.mjs'

// What operations cost at Redis, of a dataspace and of the least that a plain ioredis can do: requests and bytes, counted at
// proxies, and the server's CPU time.

const RECORDS = 1000
const CHANGES = 2000
/** How many other processes there are for the CPU time that each of them costs. */
const READERS = 5
const BULKS = 5
const OPENINGS = 10
const BEATS = 10
const BEAT_MS = 50
/** An hour: nobody gives a sign of life while something else is counted. */
const QUIET = { beatMs: 3_600_000 }
const STATISTICS = 'tools:search:stats'
const CHANNEL = 'plain:changes'

/** By figure, see the question. */
export function costsOfOurs(redis) {
  return withProxies(redis, ['writing', 'reading', 'idling'], async ({ writing, reading, idling }) => {
    const client = redis.client()
    const open = (place, more = QUIET) => redis.dataspace('ours', { at: place?.port, ...more })
    const store = await open(writing)
    await store.putAll(puts(RECORDS))
    const next = changing()
    const change = () => {
      const { key, value } = next()
      return store.put(key, value)
    }
    await cpuOfEach(client, CHANGES, change)
    const putCpu = await cpuOfEach(client, CHANGES, change)
    const put = await writing.during(change)
    let version = 0
    const bulkCpu = await cpuOfEach(client, BULKS, () => store.putAll(puts(RECORDS, ++version)))

    const first = await open(reading)
    const changeFor = (readers) => async () => {
      const seen = Promise.all(readers.map(nextChange))
      await change()
      await seen
    }
    await changeFor([first])()
    const seen = await reading.during(changeFor([first]))
    const others = []
    for (let at = 1; at < READERS; at++) others.push(await open())
    const seenCpu = await cpuOfEach(client, CHANGES, changeFor([first, ...others]))

    const calls = (one) => one.counters(STATISTICS)['service-0:calls'] ?? 0
    const call = async () => {
      const before = calls(first)
      for (const counter of ['calls', 'ms-0010']) store.count(STATISTICS, `service-0:${counter}`, 1)
      while (calls(first) === before) await sleep(5)
    }
    await call()
    let countSeen
    const count = await writing.during(async () => {
      countSeen = await reading.during(call)
    })

    const openAndClose = async () => (await open(idling)).close()
    const opened = await idling.during(openAndClose)
    const openCpu = await cpuOfEach(client, OPENINGS, openAndClose)
    const beatsOf = async (name) => {
      const idle = await redis.dataspace(name, { at: idling.port, beatMs: BEAT_MS })
      const beats = await idling.during(() => sleep(BEATS * BEAT_MS))
      await idle.close()
      return beats.bytes / beats.requests
    }
    const [beatBytes, amongBytes] = [await beatsOf('alone'), await beatsOf('ours')]
    return {
      ...figuresOf({ put, seen, count, countSeen, opened }),
      ...cpuOf({ putCpu, bulkCpu, seenCpu, openCpu }),
      beatBytes,
      // The store, and its readers.
      beatOtherBytes: (amongBytes - beatBytes) / (1 + READERS),
    }
  })
}

/** The same of what does as little as is possible: a hash a record, a channel, HINCRBY. */
export function costsOfBare(redis) {
  return withProxies(redis, ['writing', 'reading'], async ({ writing, reading }) => {
    const [client, writer, reader] = [undefined, writing.port, reading.port].map((port) => {
      return redis.client(port === undefined ? {} : { port })
    })
    const [first, ...others] = Array.from({ length: READERS }, (_, at) => {
      return {
        reads: at === 0 ? reader : redis.client(),
        hears: redis.client(at === 0 ? { port: reading.port } : {}),
      }
    })
    for (const { hears } of [first, ...others]) await hears.subscribe(CHANNEL)
    for (const { key, value } of puts(RECORDS)) await writer.hset(`plain:${key}`, 'v', JSON.stringify(value))
    const next = changing()
    const set = () => {
      const { key, value } = next()
      return writer.hset(`plain:${key}`, 'v', JSON.stringify(value))
    }
    await cpuOfEach(client, CHANGES, set)
    const putCpu = await cpuOfEach(client, CHANGES, set)
    const put = await writing.during(set)
    const changeFor = (readers) => async () => {
      const { key } = changing()()
      const seen = Promise.all(
        readers.map(async ({ reads, hears }) => {
          const [, told] = await once(hears, 'message')
          await reads.hgetall(told)
        }),
      )
      await set()
      await writer.publish(CHANNEL, `plain:${key}`)
      await seen
    }
    await changeFor([first])()
    const seen = await reading.during(changeFor([first]))
    const seenCpu = await cpuOfEach(client, CHANGES, changeFor([first, ...others]))
    const count = await writing.during(() => {
      const pipeline = writer.pipeline()
      for (const counter of ['calls', 'ms-0010']) pipeline.hincrby(`plain:${STATISTICS}`, counter, 1)
      return pipeline.exec()
    })
    const countSeen = await reading.during(() => reader.hgetall(`plain:${STATISTICS}`))
    const openAndRead = async () => {
      const pipeline = reader.pipeline()
      for (const { key } of puts(RECORDS)) pipeline.hgetall(`plain:${key}`)
      await pipeline.exec()
    }
    const opened = await reading.during(openAndRead)
    const openCpu = await cpuOfEach(client, OPENINGS, openAndRead)
    const bulkCpu = await cpuOfEach(client, BULKS, () => {
      const pipeline = writer.pipeline()
      for (const { key, value } of puts(RECORDS)) pipeline.hset(`plain:${key}`, 'v', JSON.stringify(value))
      return pipeline.exec()
    })
    const beats = await reading.during(() => reader.ping())
    return {
      ...figuresOf({ put, seen, count, countSeen, opened }),
      ...cpuOf({ putCpu, bulkCpu, seenCpu, openCpu }),
      beatBytes: beats.bytes,
    }
  })
}

function figuresOf({ put, seen, count, countSeen, opened }) {
  return {
    putRequests: put.requests,
    putBytes: put.bytes,
    seenRequests: seen.requests,
    seenBytes: seen.bytes,
    countRequests: count.requests,
    countBytes: count.bytes,
    countSeenRequests: countSeen.requests,
    countSeenBytes: countSeen.bytes,
    openRequests: opened.requests,
    openBytes: opened.bytes,
  }
}

function cpuOf({ putCpu, bulkCpu, seenCpu, openCpu }) {
  return {
    putCpu,
    bulkCpu: bulkCpu / RECORDS,
    seenCpu: (seenCpu - putCpu) / READERS,
    openCpu: openCpu / RECORDS,
  }
}

/** Resolves at the next change that a dataspace is told of. */
function nextChange(dataspace) {
  return new Promise((resolve) => {
    const stop = dataspace.watch('', () => {
      stop()
      resolve()
    })
  })
}
