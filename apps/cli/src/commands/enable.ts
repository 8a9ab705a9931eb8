import type { Command, CommandContext, CommandInput } from '../command.ts'
import { warnOfRest, warnOfWaiting } from '../failures/failure.ts'
import { writeJson } from '../output/json.ts'
import { writeNote } from '../output/output.ts'
import { visibleLine } from '../output/text/terminal-text.ts'
import { settle } from '../store/durability.ts'
import { servicesOf, withStoreToChange } from '../store/store-session.ts'

/** `enable NAME`: takes back that a service is disabled; whoever may start it is as before. */
export const enable: Command = (context, input) => change(context, input, 'enabled')

/** `disable NAME`: keeps a service with all that is known of it, and has nobody start or ask it. */
export const disable: Command = (context, input) => change(context, input, 'disabled')

async function change(
  context: CommandContext,
  { positionals: [given = ''], values }: CommandInput,
  wanted: 'enabled' | 'disabled',
): Promise<number> {
  return withStoreToChange(context, async (store) => {
    const patch = { disabled: wanted === 'disabled' ? true : null }
    const { name, status, warnings, ...told } = await servicesOf(store, values).patchService(given, patch)
    const { durable, lost, waiting } = await settle(told.durable, store)
    if (context.settings.json)
      writeJson(context.out, { [wanted]: name, status, durable, ...(warnings && { warnings }) })
    else if (!lost) {
      const shown = visibleLine(name)
      writeNote(
        context.out,
        status === 'unchanged' ? `${shown} was ${wanted} already\n` : `${wanted} ${shown}\n`,
      )
    }
    if (lost) throw lost
    warnOfRest(context, warnings)
    warnOfWaiting(context, waiting)
    return 0
  })
}
