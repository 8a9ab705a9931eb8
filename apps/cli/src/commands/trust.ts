import type { ServiceConfig, StoreContext, TrustReport } from '@mcpstore/core'
import { shellWord } from '@mcpstore/core/shell-words'
import type { CommandContext, CommandInput } from '../command.ts'
import { agentOption } from '../command-line/agent-option.ts'
import type { OptionValues } from '../command-line/options.ts'
import { usageError } from '../failures/cli-error.ts'
import { writeJson } from '../output/json.ts'
import { writeNote, writeToDecide } from '../output/output.ts'
import { visibleLine } from '../output/text/terminal-text.ts'
import { renderTrusted } from '../output/trusted-config.ts'
import { servicesOf, untilInterrupted, withStore } from '../store/store-session.ts'

/** `trust NAME [--yes | --revoke]`: approves a config exactly as it is stored now, after showing what it starts. */
export async function trust(context: CommandContext, input: CommandInput): Promise<number> {
  const [name = ''] = input.positionals
  const { json } = context.settings
  const { revoke = false, yes = false } = input.values
  if (revoke && yes) throw usageError('--revoke asks nothing', 'Leave out --yes.')
  return withStore(context, async (store) => {
    const services = servicesOf(store, input.values)
    const report = revoke
      ? await services.revokeTrust(name)
      : await approve(context, services, name, input.values)
    if (json) writeJson(context.out, report)
    else if (report.status === 'declined') writeNote(context.err, 'Nothing was approved.\n')
    else writeNote(context.out, `${sentence(report)}\n`)
    return report.status === 'declined' ? 1 : 0
  })
}

function approve(
  { confirm, err, settings, signal }: CommandContext,
  services: StoreContext,
  name: string,
  values: OptionValues,
): Promise<TrustReport> {
  const { yes = false } = values
  const show = (service: { name: string; config: ServiceConfig }): void => {
    if (!settings.json) writeToDecide(err, renderTrusted(service, err), yes)
  }
  return services.trustService(name, {
    confirm: async (service) => {
      if (!yes && (settings.json || !confirm)) {
        const look = `mcpstore info ${shellWord(name)}${agentOption(values)}`
        throw usageError('"trust" lets this service be started', `Say --yes, but look at it first: ${look}`)
      }
      show(service)
      return yes || (await untilInterrupted(signal, confirm!(questionOf(service))))
    },
  })
}

function questionOf({ name, config }: { name: string; config: ServiceConfig }): string {
  const what = config.type === 'stdio' ? 'be started on this machine' : 'be connected, with what it asks for'
  return `May ${visibleLine(name)}, exactly as it is, ${what}?`
}

function sentence({ name, status, trusted }: TrustReport): string {
  const shown = visibleLine(name)
  if (status === 'unchanged') return `${shown} is trusted: all of this dataspace is`
  if (status === 'approved') return `trusted ${shown}, until its config changes`
  return trusted
    ? `${shown} is no longer approved, but trusted all the same`
    : `${shown} is no longer trusted`
}
