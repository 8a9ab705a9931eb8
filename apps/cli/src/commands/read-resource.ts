import type { ReadResult, Store } from '@mcpstore/core'
import type { CommandContext, CommandInput } from '../command.ts'
import { writeJson } from '../output/json.ts'
import { cutText } from '../output/results/cut-text.ts'
import { readResultView, reportUnsaved, saveParts } from '../output/results/result-view.ts'
import { renderToolResult } from '../output/results/tool-result.ts'
import { askOptions, servicesOf, whileWaiting, withStore } from '../store/store-session.ts'

/** `read-resource SERVICE URI`: prints the texts of a resource; of what is no text it says what it is, or saves it. */
export async function readResource(
  context: CommandContext,
  { positionals: [service = '', uri = ''], values }: CommandInput,
): Promise<number> {
  const { json } = context.settings
  const { save, maxChars } = await readResultView(context, values)
  const work = async (store: Store): Promise<number> => {
    const result = await whileWaiting(context, `reading ${uri} of ${service}`, () =>
      servicesOf(store, values).readResource(uri, {
        service,
        ...askOptions(context),
      }),
    )
    const content = [result.contents ?? []].flat().map(blockOf)
    const { saved, failures } = await saveParts(context, save, { parts: content, name: service })
    if (json)
      writeJson(
        context.out,
        saved.size === 0 ? result : { ...result, contents: content.map(withPath(saved)) },
      )
    else context.out.write(cutText(renderToolResult({ content }, saved), maxChars))
    return reportUnsaved(context, failures)
  }
  return withStore(context, work, { whole: true })
}

/** What is in a file now need not be in the document too. */
function withPath(saved: ReadonlyMap<object, string>) {
  return (block: Block): unknown => {
    const path = saved.get(block)
    if (path === undefined) return block.given
    const { blob: _, ...rest } = block.given as Record<string, unknown>
    return { ...rest, saved: path }
  }
}

type Content = NonNullable<ReadResult['contents']>[number]

/** A content as a part of a tool's result, and as it was given. */
interface Block {
  type: string
  given: Content
  [field: string]: unknown
}

function blockOf(given: Content): Block {
  return typeof given?.text === 'string'
    ? { type: 'text', text: given.text, given }
    : { type: 'resource', resource: given, given }
}
