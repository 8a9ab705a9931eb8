import type { Backend, CountReply } from '../../backend.ts'
import { type CounterGroup, counterGroups } from './batches.ts'
import type { Visit } from './place.ts'
import { type Script, scripts } from './scripts.ts'
import type { ScriptCall, ScriptReply } from './session.ts'

export interface CountingParts {
  here(): Visit
  run(script: Script, calls: readonly ScriptCall[]): Promise<ScriptReply[]>
}

/** How long the mark of a node that left keeps its late commands from counting, in ms. */
const LEFT_MS = 24 * 3_600_000
/** How many shares are folded in one round trip. */
const FOLDED_AT_ONCE = 100

/** What nodes count, and what becomes of their shares. */
export function counting({
  here,
  run,
}: CountingParts): Required<Pick<Backend, 'count' | 'leave' | 'stay' | 'fold'>> {
  return {
    async count(node, cleared, totals) {
      const { epoch, lifetime, now, place } = here()
      const groups = counterGroups(totals)
      const calls = groups.map(({ key, service, config, counters }) => ({
        keys: [place.key(key), place.shares(node), place.index, place.meta, place.key(config), place.sharers],
        args: [epoch, now(), place.changes, lifetime, key, cleared, service, node, ...counters.flat()],
      }))
      const replies = await run(scripts.count, calls)
      const outcomes = new Set(replies.map(outcomeOf))
      return {
        counted: !outcomes.has('cleared') && !outcomes.has('folded'),
        ...(outcomes.has('folded') && { folded: true as const }),
        ...totalsNow(groups, replies),
        refused: groups.flatMap(({ key }, at) => {
          const problem = replies[at]!.refused
          return problem === undefined ? [] : [{ key, problem }]
        }),
      }
    },
    async leave(node) {
      const { place } = here()
      const keys = [place.shares(node), place.nodes, place.sharers, place.meta, place.index]
      await run(scripts.leave, [{ keys, args: [node, LEFT_MS] }])
    },
    async stay(node) {
      const { now, place } = here()
      await run(scripts.stay, [{ keys: [place.sharers], args: [now(), node] }])
    },
    async fold(silentMs) {
      const { epoch, now, place, session } = here()
      for (let folded = 0; ; ) {
        // Those that were silent for longest; whether it was for long enough is decided where the clock is.
        const oldest = await session.ask((client) =>
          client.zrangebyscore(place.sharers, '(0', '+inf', 'LIMIT', 0, FOLDED_AT_ONCE),
        )
        if (oldest.length === 0) return folded
        const calls = oldest.map((node) => ({
          keys: [place.meta, place.sharers, place.shares(node)],
          args: [epoch, now(), node, silentMs],
        }))
        const outcomes = (await run(scripts.fold, calls)).map(outcomeOf)
        const done = outcomes.filter((outcome) => outcome === 'folded').length
        folded += done
        if (done < FOLDED_AT_ONCE) return folded
      }
    },
  }
}

/** What all of the runs together say that the counters are now, if each of them says that. */
function totalsNow(
  groups: readonly CounterGroup[],
  replies: readonly ScriptReply[],
): Pick<CountReply, 'now'> {
  const revs: number[] = []
  const totals = groups.flatMap(({ key, service, counters }, at) => {
    const [, rev, text = ''] = (replies[at]!.reply ?? []) as string[]
    if (rev !== undefined) revs.push(Number(rev))
    const values = text.trim().split(' ')
    return counters.map(([counter], n) => ({ key, field: `${service}:${counter}`, total: Number(values[n]) }))
  })
  return revs.length === groups.length ? { now: { revs, totals } } : {}
}

function outcomeOf({ reply }: ScriptReply): string | undefined {
  return (reply as string[] | undefined)?.[0]
}
