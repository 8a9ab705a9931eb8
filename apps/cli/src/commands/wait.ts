import type { CommandContext, CommandInput } from '../command.ts'
import { writeJson } from '../output/json.ts'
import { writeNote } from '../output/output.ts'
import { renderReady } from '../output/service-text.ts'
import { servicesOf, whileWaiting, withStore } from '../store/store-session.ts'

const defaultWaitMs = 10_000

/** `wait NAME`: connects to the service; ends when it answers, or with the reason why it does not. */
export async function wait(
  context: CommandContext,
  { positionals: [name = ''], values }: CommandInput,
): Promise<number> {
  const { json, timeoutMs = defaultWaitMs } = context.settings
  return withStore(context, async (store) => {
    const service = await whileWaiting(context, `waiting for ${name}`, () =>
      servicesOf(store, values).waitService(name, { timeout: timeoutMs }),
    )
    if (json) writeJson(context.out, service)
    else writeNote(context.out, renderReady(service, context.out))
    return 0
  })
}
