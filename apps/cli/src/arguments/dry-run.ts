import type { StoreContext } from '@mcpstore/core'
import { shellWord } from '@mcpstore/core/shell-words'
import type { CommandContext } from '../command.ts'
import { agentOption } from '../command-line/agent-option.ts'
import type { OptionValues } from '../command-line/options.ts'
import { CliError } from '../failures/cli-error.ts'
import { toJson, writeJson } from '../output/json.ts'
import { writeNote } from '../output/output.ts'
import { targetOf } from '../output/service-text.ts'
import { visibleLine, visibleText } from '../output/text/terminal-text.ts'
import { sourceWords } from '../output/tools/list-source.ts'
import type { PreparedCall } from './prepared-call.ts'

/** Shows the request that a call would be, and on stderr to whom it would go. Throws `untrusted` or `disabled` where it would not. */
export async function showRequest(
  { out, err, settings }: CommandContext,
  services: StoreContext,
  { tool, args }: PreparedCall,
  values: OptionValues,
): Promise<number> {
  const { name } = tool
  const { config, facts, scope, status } = await services.serviceInfo(tool.service)
  if (status === 'disabled') {
    const own = scope === 'store' ? '' : agentOption(values)
    const hint = `Enable it: mcpstore enable ${shellWord(tool.service)}${own}`
    throw new CliError('disabled', `service "${tool.service}" is disabled: nothing would be sent`, hint)
  }
  if (facts.inert !== null) {
    const hint = `Look at it, then trust it: mcpstore trust ${shellWord(tool.service)}${agentOption(values)}`
    throw new CliError(
      'untrusted',
      `nothing would be sent to service "${tool.service}": ${facts.inert}`,
      hint,
    )
  }
  const request = { method: 'tools/call', params: { name: tool.tool, arguments: args } }
  const [list] = (await services.listTools(tool.service, { offline: true })).services
  if (settings.json) {
    const { source, fetchedAt, age, stale } = list!
    writeJson(out, { dryRun: true, tool: name, request, list: { source, fetchedAt, age, stale } })
    return 0
  }
  out.write(`${visibleText(toJson(request, 2))}\n`)
  const known = `${sourceWords(list!)}${list!.stale ? ', stale' : ''}`
  writeNote(err, `not sent to ${visibleLine(tool.service)} (${targetOf(config)}); its tools: ${known}\n`)
  return 0
}
