import type { Store, StoreStatus } from '@mcpstore/core'
import type { CommandContext } from '../command.ts'
import { eventNames } from '../output/event-line.ts'
import { toJson } from '../output/json.ts'
import { renderStatusWithin, statusDocument, statusLineText } from '../output/status-text.ts'
import { knownStatus } from './known-status.ts'
import { untilEnded, withStore } from './store-session.ts'

/**
 * The status, and again whenever it is another one, until the user interrupts it or nobody reads any more: on a terminal one
 * block that is drawn anew, elsewhere a line each.
 */
export function watchStatus(context: CommandContext): Promise<number> {
  return withStore(
    context,
    async (store) => {
      const show = shownOn(context)
      let wake = () => {}
      let isOver = false
      // First, so that nothing is missed between what is shown and what is heard.
      for (const name of eventNames) store.events.on(name, () => wake())
      const ended = untilEnded(context).then(() => {
        isOver = true
        wake()
      })
      let told: string | undefined
      while (!isOver) {
        const news = new Promise<void>((resolve) => {
          wake = resolve
        })
        const now = await knownStatus(context, store)
        const facts = factsOf(now)
        if (told === undefined || (facts !== told && !isPassing(now))) {
          show(now)
          told = facts
        }
        await news
      }
      await ended
      return 0
    },
    { evenIfDown: true, endless: true },
  )
}

/** What makes it another status: its age grows by itself, and while all is well what others count is on its way. */
function factsOf(status: StoreStatus): string {
  const now = status.state === 'up' ? { ...status, pendingCounts: 0 } : status
  return JSON.stringify({ ...statusDocument(now), staleMs: null })
}

/** One failed attempt, or a write on its way: no event tells of the end of either. */
function isPassing({ state, pendingWrites }: ReturnType<Store['status']>): boolean {
  return state === 'suspect' || (state === 'up' && pendingWrites > 0)
}

function shownOn({ out, settings }: CommandContext): (now: StoreStatus) => void {
  const at = () => new Date().toISOString()
  if (settings.json) return (now) => out.write(`${toJson({ at: at(), ...statusDocument(now) })}\n`)
  if (!out.redraws) return (now) => out.write(`${at()}  ${statusLineText(now)}\n`)
  let lines = 0
  return (now) => {
    const block = renderStatusWithin(now, out)
    out.write(`${lines === 0 ? '' : `\r\u001b[${lines}A\u001b[J`}${block}`)
    lines = block.split('\n').length - 1
  }
}
