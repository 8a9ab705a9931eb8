import type { ToolList, ToolSource } from '@mcpstore/core'
import type { CommandContext, CommandInput } from '../command.ts'
import { naming, reportFailure, writeWarning } from '../failure.ts'
import { writeJson } from '../output/json.ts'
import { renderToolList } from '../output/tool-list.ts'
import { exitOfFailures } from '../partial-failure.ts'
import { servicesOf, withStore } from '../store-session.ts'

const emptyText = 'No tools: there is no enabled service. See mcpstore list, or mcpstore add --help.\n'

/** `list-tools [SERVICE] [--fresh]`: the tools, with where each service's part came from. */
export async function listTools(context: CommandContext, input: CommandInput): Promise<number> {
  const fresh = input.values.fresh ?? false
  const { json, timeoutMs } = context.settings
  return withStore(context, async (store) => {
    const tools = await servicesOf(store, input.values).listTools(input.positionals[0], {
      fresh,
      signal: context.signal,
      ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
    })
    if (json) writeJson(context.out, { tools: [...tools], services: tools.services })
    else if (tools.services.length === 0) context.out.write(emptyText)
    else context.out.write(renderToolList(tools, context.out))
    return reportSources(context, tools, fresh)
  })
}

/** Warns of each service that failed, and answers the exit code: an error only if none could be listed. */
function reportSources(context: CommandContext, tools: ToolList, fresh: boolean): number {
  const { json, debug } = context.settings
  const wanted = tools.services.filter(({ error }) => error?.code !== 'disabled')
  const failed = wanted.filter(({ error, source }) => error && (fresh || source === 'none'))
  const exit = exitOfFailures(
    wanted.length,
    failed.map(({ error }) => error?.code ?? 'unreachable'),
  )
  if (json && exit !== 0) {
    const names = failed.map(({ name }) => name).join(', ')
    const first = failed[0]?.error
    const message = `no tool list could be fetched (${names}): ${first?.message ?? ''}`
    reportFailure(context.err, { code: first?.code, message, hint: first?.hint }, { json, debug })
  }
  if (!json) for (const service of tools.services) warn(context, service)
  return exit
}

function warn(context: CommandContext, { name, error }: ToolSource): void {
  if (error) writeWarning(context.err, naming(name, error.message), error.hint)
}
