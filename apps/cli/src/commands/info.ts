import type { CommandContext, CommandInput } from '../command.ts'
import { writeJson } from '../output/json.ts'
import { withStore } from '../store-session.ts'

/**
 * `info NAME`: everything known of one service, secrets redacted, without connecting to it. `info SERVICE/TOOL`: what
 * the tool does and takes, from the shared list.
 */
export async function info(
  context: CommandContext,
  { positionals: [name = ''] }: CommandInput,
): Promise<number> {
  const { out, settings } = context
  return withStore(context, async (store) => {
    const services = store.forStore()
    if (name.includes('/')) {
      const tool = await services.findTool(name)
      if (settings.json) writeJson(out, tool)
      else out.write((await import('../output/tool-info.ts')).renderToolInfo(tool, out))
      return 0
    }
    const service = await services.serviceInfo(name)
    if (settings.json) writeJson(out, service)
    else out.write((await import('../output/service-info.ts')).renderServiceInfo(service, out))
    return 0
  })
}
