import type { ReadResult } from '@mcpstore/core'
import type { CommandContext, CommandInput } from '../command.ts'
import { writeJson } from '../output/json.ts'
import { renderToolResult } from '../output/tool-result.ts'
import { servicesOf, withStore } from '../store-session.ts'

/** `read-resource SERVICE URI`: prints the texts of a resource; of what is no text it says what it is. */
export async function readResource(
  context: CommandContext,
  { positionals: [service = '', uri = ''], values }: CommandInput,
): Promise<number> {
  const { json, timeoutMs } = context.settings
  return withStore(context, async (store) => {
    const result = await servicesOf(store, values).readResource(uri, {
      service,
      signal: context.signal,
      ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
    })
    if (json) writeJson(context.out, result)
    else context.out.write(renderToolResult({ content: [result.contents ?? []].flat().map(blockOf) }))
    return 0
  })
}

type Content = NonNullable<ReadResult['contents']>[number]

function blockOf(resource: Content): { type: string; [field: string]: unknown } {
  return typeof resource?.text === 'string'
    ? { type: 'text', text: resource.text }
    : { type: 'resource', resource }
}
