import type { CommandContext, CommandInput } from '../command.ts'
import { warnOfWaiting } from '../failures/failure.ts'
import { writeJson } from '../output/json.ts'
import { writeNote } from '../output/output.ts'
import { renderReady } from '../output/service-text.ts'
import { settle } from '../store/durability.ts'
import { askOptions, servicesOf, whileWaiting, withStoreToChange } from '../store/store-session.ts'

/**
 * `restart SERVICE`: starts the service afresh, and ends when it has answered with its tools and they are renewed for everybody,
 * or with the reason why not.
 */
export async function restart(
  context: CommandContext,
  { positionals: [name = ''], values }: CommandInput,
): Promise<number> {
  const { json } = context.settings
  return withStoreToChange(context, async (store) => {
    const before = store.status()
    const service = await whileWaiting(context, `restarting ${name}`, () =>
      servicesOf(store, values).restartService(name, askOptions(context)),
    )
    if (json) writeJson(context.out, service)
    else writeNote(context.out, renderReady(service, context.out))
    // That it answers is told, not where its tools are kept.
    const { lost, waiting } = await settle('memory', store, `the tool list of "${service.name}"`, before)
    if (lost) throw lost
    warnOfWaiting(context, waiting)
    return 0
  })
}
