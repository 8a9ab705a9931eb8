import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

// What a question started has the folder of its sandbox in its environment, and so has all that this started in turn,
// daemons too. Where there is no /proc nothing is found, and what programs say of their own ends has to do.

/** The ids of processes that have this text in their environment. */
export function processesOf(text) {
  return ids().filter((id) => told(id, 'environ').includes(text))
}

/** The memory (RSS) of all such processes together, in bytes. */
export function memoryOf(text) {
  const kilobytes = processesOf(text).map((id) => /VmRSS:\s+(\d+)/.exec(told(id, 'status'))?.[1] ?? 0)
  return kilobytes.reduce((sum, each) => sum + Number(each), 0) * 1024
}

/** Waits until no such process is left, and ends by id what is left after `patienceMs`. Answers the ids of these. */
export async function endLeftovers(text, { patienceMs = 3000 } = {}) {
  await untilGone(text, patienceMs)
  const ended = killAll(text)
  await untilGone(text, patienceMs)
  return ended
}

async function untilGone(text, patienceMs) {
  const until = performance.now() + patienceMs
  while (processesOf(text).length > 0 && performance.now() < until) await sleep(20)
}

/** Ends such processes at once, and answers their ids. */
export function killAll(text) {
  return processesOf(text).filter((id) => {
    try {
      return process.kill(id, 'SIGKILL')
    } catch {
      return false
    }
  })
}

function ids() {
  try {
    return readdirSync('/proc').map(Number).filter(Number.isInteger)
  } catch {
    return []
  }
}

function told(id, file) {
  try {
    return readFileSync(`/proc/${id}/${file}`, 'latin1')
  } catch {
    // It is another user's, or gone.
    return ''
  }
}
