import type { Store, StoreEventName } from '@mcpstore/core'
import type { CommandContext, CommandInput } from '../command.ts'
import { eventPattern, type StoreEvent } from '../command-line/event-pattern.ts'
import { writeWarning } from '../failures/failure.ts'
import { eventLine, eventNames } from '../output/event-line.ts'
import { toJson } from '../output/json.ts'
import { writeNote } from '../output/output.ts'
import { visibleLine } from '../output/text/terminal-text.ts'
import { untilEnded, withStore } from '../store/store-session.ts'

/** `watch [PATTERN]`: one line for each event, until the user interrupts it or nobody reads a line any more. */
export async function watch(
  context: CommandContext,
  { positionals: [given] }: CommandInput,
): Promise<number> {
  const { fitsGlob } = await import('@mcpstore/core')
  const isShown = eventPattern(given ?? '*', { names: eventNames, fits: fitsGlob })
  return withStore(
    context,
    async (store) => {
      // First, so that nothing is missed between what is said and what is heard.
      for (const name of eventNames) hear(store, name, context, isShown)
      sayListening(store, context, given)
      await untilEnded(context)
      return 0
    },
    { endless: true },
  )
}

function hear<Name extends StoreEventName>(
  store: Store,
  name: Name,
  { out, settings }: CommandContext,
  isShown: (event: StoreEvent) => boolean,
): void {
  store.events.on(name, (told) => {
    const event = { event: name, ...told } as unknown as StoreEvent
    if (!isShown(event)) return
    const at = new Date().toISOString()
    const { event: _, ...fields } = event
    out.write(settings.json ? `${toJson({ event: name, at, ...fields })}\n` : eventLine(event, at, out))
  })
}

function sayListening(
  store: Store,
  { out, err, settings }: CommandContext,
  pattern: string | undefined,
): void {
  const { namespace, dataspace, backend, configured, state, reason, error } = store.status()
  if (settings.json) {
    const at = new Date().toISOString()
    const facts = { namespace, dataspace, pattern: pattern ?? '*', backend, configured, state, reason }
    out.write(`${toJson({ event: 'listening', at, ...facts })}\n`)
    return
  }
  const what = pattern === undefined ? '' : ` for ${pattern}`
  writeNote(
    out,
    `${visibleLine(`listening${what} in dataspace ${dataspace} (namespace ${namespace})`)}; Ctrl-C ends it\n`,
  )
  if (backend !== configured) {
    writeWarning(err, `Redis is not reached: ${reason}; what is missed meanwhile is shown later`, error?.hint)
  }
}
