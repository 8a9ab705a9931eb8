import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { fatesOf } from './fates.mjs'
import { proofOf, proofOfEnd } from './faults.mjs'
import { startSideRedis } from './redis.mjs'
import { now } from './sample-calls.mjs'

const program = fileURLToPath(new URL('../programs/outage-side.mjs', import.meta.url))

/** Seconds, from the moment the fault begins. */
export const BEFORE_S = 5
export const ENDS_S = 12
export const AFTER_S = 20
/** A call that lasts longer hangs, in ms. */
export const BOUND_MS = 15_000

/**
 * Takes every system through one fault at the same time, each in a process and with a Redis of its own. Answers what came of
 * each of its calls, when the fault was there by the word of its Redis, and which of its writes are in it afterwards.
 */
export async function passThrough(fault, systems, sandbox) {
  const sides = await Promise.all(systems.map((system) => prepared(system, fault, sandbox)))
  try {
    const from = now() + 500
    return await Promise.all(sides.map((side) => passed(side, fault, from)))
  } finally {
    await Promise.all(sides.map((side) => side.end()))
  }
}

/** A Redis with everything in it, and a process that is about to begin. */
async function prepared(system, fault, sandbox) {
  const parent = sandbox.folder(fault.name)
  const folders = { redis: join(parent, system.name, 'redis'), home: join(parent, system.name, 'home') }
  for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true })
  const redis = await startSideRedis(folders.redis)
  const options = { port: redis.port, folder: folders.home }
  const { seed, stored } = await import(system.module)
  await seed(options)
  const child = fork(program, [system.module, JSON.stringify(options)], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: sandbox.env,
  })
  let printed = ''
  child.stderr.on('data', (text) => {
    printed = (printed + text).slice(-2000)
  })
  const gone = once(child, 'exit')
  const samples = []
  const over = new Promise((resolve) => {
    child.on('message', (message) => {
      if (message.sample) samples.push(message.sample)
      if (message.over) resolve()
    })
  })
  const ended = gone.then(([code, signal]) => ({ at: now(), with: signal ?? code, printed }))
  const [{ ready }] = await Promise.race([
    once(child, 'message'),
    ended.then((end) => Promise.reject(new Error(`${system.name} ended with ${end.with}\n${end.printed}`))),
  ])
  return {
    system,
    redis,
    stored,
    operations: ready,
    samples,
    begin: (message) => child.send(message),
    /** Resolves when it has called everything, or with how its process ended before that. */
    finished: Promise.race([over, ended]),
    async end() {
      if (child.connected) child.disconnect()
      await gone
      await redis.end()
    },
  }
}

async function passed({ system, redis, stored, operations, samples, begin, finished }, fault, from) {
  const at = (seconds) => from + (BEFORE_S + seconds) * 1000
  begin({ from, until: at(AFTER_S), boundMs: BOUND_MS })
  await until(at(0))
  const began = now()
  await fault.begin(redis)
  const said = [await proofOf(fault, redis)]
  await until(at(ENDS_S - 1))
  said.push(await proofOf(fault, redis))
  await until(at(ENDS_S))
  const over = (now() - began) / 1000
  await fault.end(redis)
  const back = (now() - began) / 1000
  await until(at(AFTER_S))
  await proofOfEnd(fault, redis)
  const end = await finished
  const ended = end && { second: (end.at - began) / 1000, with: end.with, printed: end.printed }
  const calls = samples.map((sample) => ({ ...sample, second: (sample.at - began) / 1000 }))
  const fates = await redis.askMany((client) => fatesOf(calls, (name) => stored(client, name)))
  return { system: system.name, title: system.title, operations, said, over, back, ended, calls, fates }
}

function until(moment) {
  return setTimeout(Math.max(0, moment - now()))
}
