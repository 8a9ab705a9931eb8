import type { CommandContext, CommandInput } from '../command.ts'
import { writeJson } from '../output/json.ts'
import { renderStatus, statusDocument } from '../output/status-text.ts'
import { knownStatus, reportTrouble } from '../store/known-status.ts'
import { withStore } from '../store/store-session.ts'

/**
 * `status [--watch]`: which backend answers, since when, and what it has not taken yet. An error of it is exit code 5, and
 * so is a file that may not be written; nothing is written to find out more. With `--watch` it goes on until the user
 * interrupts it, and says each time what has become of it.
 */
export async function status(context: CommandContext, { values }: CommandInput): Promise<number> {
  if (values.watch) return (await import('../store/watched-status.ts')).watchStatus(context)
  const { json } = context.settings
  return withStore(
    context,
    async (store) => {
      const now = await knownStatus(context, store)
      if (json) writeJson(context.out, statusDocument(now))
      else context.out.write(renderStatus(now, context.out))
      return reportTrouble(context, now)
    },
    { evenIfDown: true },
  )
}
