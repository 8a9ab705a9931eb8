import type { ListedTool, StoreContext, ToolSource } from '@mcpstore/core'
import type { CommandContext, CommandInput } from '../command.ts'
import { listChoice } from '../command-line/list-choice.ts'
import type { OptionValues } from '../command-line/options.ts'
import { writeJson } from '../output/json.ts'
import { namedBy } from '../store/named.ts'
import { askOptions, servicesOf, whileWaiting, withStore } from '../store/store-session.ts'

/**
 * `info NAME`: everything known of one service, secrets redacted, without connecting to it. `info SERVICE/TOOL`, or a name
 * that `use-tool` takes: what the tool does and takes, from the shared list.
 */
export async function info(
  context: CommandContext,
  { positionals: [name = ''], values }: CommandInput,
): Promise<number> {
  const { out, settings } = context
  const choice = { ...listChoice(values), ...askOptions(context) }
  return withStore(context, async (store) => {
    const services = servicesOf(store, values)
    const { service, tool } = await whileWaiting(context, `looking for ${name}`, () =>
      namedBy(services, name, choice),
    )
    if (settings.json) writeJson(out, service ?? { ...tool, list: await listOf(services, tool) })
    else if (service) out.write((await import('../output/service-info.ts')).renderServiceInfo(service, out))
    else out.write(await toolText(services, tool, context, values))
    return 0
  })
}

async function toolText(
  services: StoreContext,
  tool: ListedTool,
  { out }: CommandContext,
  values: OptionValues,
): Promise<string> {
  const { renderToolInfo } = await import('../output/tools/tool-info.ts')
  return renderToolInfo(tool, await sourceOf(services, tool), out, values)
}

/** Which list the tool is from, and how old that is. */
async function listOf(services: StoreContext, tool: ListedTool): Promise<object | undefined> {
  const found = await sourceOf(services, tool)
  if (!found) return undefined
  const { source, fetchedAt, age, stale } = found
  return { source, fetchedAt, age, stale }
}

async function sourceOf(services: StoreContext, tool: ListedTool): Promise<ToolSource | undefined> {
  return (await services.listTools(tool.service, { offline: true })).services[0]
}
