import type { CommandContext, CommandInput } from '../command.ts'
import { writeJson } from '../output/json.ts'
import { writeNote } from '../output/output.ts'
import { renderReady } from '../output/service-text.ts'
import { servicesOf, whileWaiting, withStore } from '../store/store-session.ts'

/** `restart SERVICE`: starts the service afresh, and ends when it has answered with its tools, or with the reason why not. */
export async function restart(
  context: CommandContext,
  { positionals: [name = ''], values }: CommandInput,
): Promise<number> {
  const { json, timeoutMs } = context.settings
  return withStore(context, async (store) => {
    const options = timeoutMs === undefined ? {} : { timeout: timeoutMs }
    const service = await whileWaiting(context, `restarting ${name}`, () =>
      servicesOf(store, values).restartService(name, options),
    )
    if (json) writeJson(context.out, service)
    else writeNote(context.out, renderReady(service, context.out))
    return 0
  })
}
