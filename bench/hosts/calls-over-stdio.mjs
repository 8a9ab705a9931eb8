import { join } from 'node:path'
import { timeMedianCall, timePerCall } from '../harness.mjs'
import { lightServices } from '../servers.mjs'
import { callersOf, withOpenHosts } from './open-hosts.mjs'
import { OwnSessionTransport } from './own-session.mjs'

const CALLS = 50
/** Until then not all of it is compiled; for Node 24 5,000 are too few, so that there are many more, at a time. */
const NOT_TIMED = { together: 32_000, singly: 5000 }

/**
 * A call of a tool over a stdio connection that is open, by the store and by each other host; `pause` goes before each. With
 * `inFlight` so many are under way at a time.
 */
export async function callsOverStdio(sandbox, { pause, inFlight = 1 } = {}) {
  const options = { local: join(sandbox.folder('data'), 'store.db') }
  const settings = { ours: { options, empty: true }, sdk: { Stdio: OwnSessionTransport } }
  const timed = async (call) => {
    if (inFlight === 1) return timeMedianCall(call, CALLS, { pause })
    const together = () => Promise.all(Array.from({ length: inFlight }, call))
    return (await timePerCall(together, CALLS)) / inFlight
  }
  return withOpenHosts(sandbox, lightServices(1), {
    settings,
    async task(hosts) {
      const calls = await callersOf(hosts, (call) => call)
      for (const call of Object.values(calls)) {
        const together = () => Promise.all(Array.from({ length: 32 }, call))
        await timePerCall(together, NOT_TIMED.together / 32)
        await timePerCall(call, NOT_TIMED.singly)
      }
      const sides = Object.entries(calls).map(([side, call]) => [side, () => timed(call)])
      return sandbox.interleaved(Object.fromEntries(sides), { rounds: 31, warmUps: 5 })
    },
  })
}
