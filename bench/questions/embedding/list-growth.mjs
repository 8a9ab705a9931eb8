import { timePerCall } from '../../harness.mjs'
import { withOpenHosts } from '../../hosts/open-hosts.mjs'
import { besideOthers, eachOther, ourHost } from '../../hosts/sides.mjs'
import { remoteServices, startTwentyTools } from '../../servers.mjs'
import { sidesOf } from '../../statistics.mjs'
import { atMost } from '../../targets.mjs'

const STEPS = [1, 10, 50]
/** How many listings are timed together: those that ask nobody take microseconds. */
const AT_ONCE = { ours: 500, langchain: 500 }
const ways = [
  { way: 'warm', what: 'in process, connected' },
  { way: 'cold', what: 'in process, from nothing' },
]

/** What is asked, in the order of the answers. */
export const questions = [
  ...ways.flatMap(({ what }) =>
    STEPS.map((count) => ({
      question: `the tools of ${count} ${count === 1 ? 'service' : 'services'} over HTTP listed ${what}`,
      comparedWith: besideOthers(),
    })),
  ),
  ...ways.map(({ what }) => ({
    question: `what each service more takes to be listed ${what}, from 10 to 50`,
    comparedWith: { before: { name: 'from 1 to 10', target: atMost(1.5) } },
  })),
]

export const scope = 'normal'

export async function run(sandbox) {
  const server = await startTwentyTools('json')
  // On Node 20 each call of the bare client leaves a listener on one signal, and Node warns of each above 1,500.
  process.removeAllListeners('warning')
  try {
    const found = { warm: [], cold: [] }
    for (const count of STEPS) {
      const servers = remoteServices(count, server.url)
      found.warm.push(await warm(sandbox, servers))
      found.cold.push(await cold(sandbox, servers))
    }
    return [...found.warm, ...found.cold, growth(found.warm), growth(found.cold)]
  } finally {
    server.stop()
  }
}

/** A listing by hosts that have connected and listed already. */
function warm(sandbox, servers) {
  return withOpenHosts(sandbox, servers, {
    task(hosts) {
      const sides = Object.entries(hosts).map(([side, host]) => [
        side,
        () => timePerCall(() => host.listTools(), AT_ONCE[side] ?? 3),
      ])
      return sandbox.interleaved(Object.fromEntries(sides), { rounds: 9 })
    },
  })
}

/** From nothing to the first list, in a process that has loaded all that it takes. */
function cold(sandbox, servers) {
  const measure = (module) => async () => {
    const { openHost } = await import(module)
    const start = performance.now()
    const host = await openHost(servers, { options: {}, empty: true })
    const tools = await host.listTools()
    const ms = performance.now() - start
    await host.close()
    if (tools.length !== 20 * Object.keys(servers).length)
      throw new Error(`${module} listed ${tools.length} tools`)
    return ms
  }
  return sandbox.interleaved({ ours: measure(ourHost), ...eachOther(sandbox, measure) }, { rounds: 9 })
}

/** By the fastest of the rounds: what else runs makes a listing slower, and never faster. */
function growth([one, ten, fifty]) {
  const best = ({ ours }) => Math.min(...ours.values)
  return sidesOf([{ ours: (best(fifty) - best(ten)) / 40, before: (best(ten) - best(one)) / 9 }])
}
