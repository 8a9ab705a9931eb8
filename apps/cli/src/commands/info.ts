import type { CommandContext, CommandInput } from '../command.ts'
import { writeJson } from '../output/json.ts'
import { renderServiceInfo } from '../output/service-info.ts'
import { withStore } from '../store-session.ts'

/** `info NAME`: everything known of one service, secrets redacted, without connecting to it. */
export async function info(
  context: CommandContext,
  { positionals: [name = ''] }: CommandInput,
): Promise<number> {
  return withStore(context, async (store) => {
    const service = await store.forStore().serviceInfo(name)
    if (context.settings.json) writeJson(context.out, service)
    else context.out.write(renderServiceInfo(service, context.out))
    return 0
  })
}
