import { firstList } from '../../hosts/first-list.mjs'
import { TTL_MS } from '../../hosts/host-start.mjs'
import { sameTools } from '../../hosts/open-hosts.mjs'
import { besideOthers, eachOther, ourHost } from '../../hosts/sides.mjs'
import { lightServices } from '../../servers.mjs'

const STEPS = [10, 50]
const figures = [
  { figure: 'heap', what: 'heap of a host', unit: 'MB', per: 2 ** 20 },
  { figure: 'together', what: 'memory of a host and of all that it runs', unit: 'MB', per: 2 ** 20 },
  { figure: 'processes', what: 'processes that a host runs', unit: 'processes', per: 1 },
]

export const questions = STEPS.flatMap((count) =>
  figures.map(({ what, unit }) => ({
    question: `${what} that has listed ${count} stdio servers, ours from a file`,
    unit,
    comparedWith: besideOthers(),
  })),
)
export const scope = 'normal'

export async function run(sandbox) {
  const answers = []
  for (const count of STEPS) answers.push(...(await measure(sandbox, lightServices(count), `home-${count}`)))
  return answers
}

async function measure(sandbox, servers, home) {
  const options = { local: true, home: sandbox.folder(home), toolTtlMs: TTL_MS }
  const { tools: wanted } = await firstList(sandbox, ourHost, servers, { options, empty: true })
  const found = figures.map(() => ({}))
  const take = (module, side, settings) => async () => {
    const list = await firstList(sandbox, module, servers, settings)
    sameTools(list.tools, wanted, module)
    for (const [at, { figure, per }] of figures.entries()) {
      const value = list[figure] / per
      found[at][side] ??= list[figure] === undefined ? noProc : { values: [], each: [], memory: list.rss }
      found[at][side].values?.push(value)
      found[at][side].each?.push(value)
    }
    return list.rss
  }
  const sides = {
    ours: take(ourHost, 'ours', { options }),
    ...eachOther(sandbox, (module, side) => take(module, side)),
  }
  await sandbox.interleaved(sides, { rounds: 2, warmUps: 0 })
  return found
}

const noProc = { cannot: 'it is read from /proc/PID/smaps_rollup, which is not here' }
