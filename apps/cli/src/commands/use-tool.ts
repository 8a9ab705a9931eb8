import type { Store } from '@mcpstore/core'
import { prepareCall, readCall } from '../arguments/prepared-call.ts'
import type { CommandContext, CommandInput } from '../command.ts'
import { readResultView, showResult } from '../output/result-view.ts'
import { warnOfChanges } from '../store/changed-tools.ts'
import { askOptions, servicesOf, whileWaiting, withStore } from '../store/store-session.ts'

/**
 * `use-tool TOOL [k=v]... [--args JSON|@FILE|-]`: calls the tool at most once and prints what it answered; with `--dry-run`
 * it shows the request instead.
 */
export async function useTool(context: CommandContext, input: CommandInput): Promise<number> {
  const { values } = input
  const view = await readResultView(context, values)
  const given = await readCall(context, input)
  const { json } = context.settings
  const work = async (store: Store): Promise<number> => {
    const services = servicesOf(store, values)
    if (!json) {
      store.events.on('toolsDiffer', ({ service, scope: _, ...changes }) =>
        warnOfChanges(context, { service, changes }, values),
      )
    }
    const call = await whileWaiting(context, `looking for ${given.tool}`, () =>
      prepareCall(context, services, given, values),
    )
    if (values['dry-run'])
      return (await import('../arguments/dry-run.ts')).showRequest(context, services, call, values)
    const result = await whileWaiting(context, call.tool.name, (onProgress) =>
      services.useTool(call.tool.name, call.args, {
        ...askOptions(context),
        ...(onProgress && { onProgress }),
      }),
    )
    return showResult(context, view, { result, name: call.tool.tool })
  }
  return withStore(context, work, { whole: true })
}
