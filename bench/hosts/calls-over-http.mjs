import { timePerCall } from '../harness.mjs'
import { remoteServices, startTwentyTools } from '../servers.mjs'
import { callersOf, withOpenHosts } from './open-hosts.mjs'

/** Until then not all of it is compiled. */
const NOT_TIMED = 5000

/**
 * A call of a tool over an open HTTP connection, `inFlight` of them at a time, by the store and by each other host of
 * the same server, which answers in the `form` of JSON or of event streams. The time of one, as the mean of `calls`.
 */
export async function callsOverHttp(sandbox, { inFlight, calls, form = 'json' }) {
  const server = await startTwentyTools(form)
  // On Node 20 each call of the bare client leaves a listener on one signal, and Node warns of each above 1,500.
  process.removeAllListeners('warning')
  const task = async (hosts) => {
    const timed = async (call, times = calls) => {
      const together = () => Promise.all(Array.from({ length: inFlight }, call))
      return (await timePerCall(together, times / inFlight)) / inFlight
    }
    const sides = await callersOf(hosts, (call) => call)
    for (const call of Object.values(sides)) await timed(call, NOT_TIMED)
    const measures = Object.entries(sides).map(([side, call]) => [side, () => timed(call)])
    return sandbox.interleaved(Object.fromEntries(measures), { rounds: 31, warmUps: 5 })
  }
  try {
    return await withOpenHosts(sandbox, remoteServices(1, server.url), { task })
  } finally {
    server.stop()
  }
}
