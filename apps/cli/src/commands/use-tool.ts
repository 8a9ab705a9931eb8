import type { Store } from '@mcpstore/core'
import { prepareCall, readCall } from '../arguments/prepared-call.ts'
import type { CommandContext, CommandInput } from '../command.ts'
import { CliError } from '../failures/cli-error.ts'
import { readResultView, showResult } from '../output/results/result-view.ts'
import { warnOfChanges } from '../store/changed-tools.ts'
import { askOptions, INTERRUPTED, servicesOf, whileWaiting, withStore } from '../store/store-session.ts'

/**
 * `use-tool TOOL [k=v]... [--args JSON|@FILE|-]`: calls the tool at most once and prints what it answered; with `--dry-run`
 * it shows the request instead.
 */
export async function useTool(context: CommandContext, input: CommandInput): Promise<number> {
  let isSent = false
  const sending = (): void => {
    isSent = true
  }
  try {
    return await callTool(context, input, sending)
  } catch (thrown) {
    throw interruptedCall(thrown, isSent)
  }
}

async function callTool(context: CommandContext, input: CommandInput, sending: () => void): Promise<number> {
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
    const result = await whileWaiting(context, call.tool.name, (onProgress) => {
      sending()
      return services.useTool(call.tool.name, call.args, {
        ...askOptions(context),
        ...(onProgress && { onProgress }),
      })
    })
    context.noteAnswer()
    return showResult(context, view, { result, name: call.tool.tool })
  }
  return withStore(context, work, { whole: true })
}

/** An interruption says whether the tool may have run, also where the call itself has not said so by then. */
function interruptedCall(thrown: unknown, isSent: boolean): unknown {
  const { code, message, hint } = thrown as Partial<CliError>
  if (code !== 'aborted' || message === undefined || hint) return thrown
  if (!isSent) return new CliError(code, message, 'Nothing was called.')
  if (message !== INTERRUPTED) return thrown
  return new CliError(code, message, 'The tool may have run. Find out before you call it again.')
}
