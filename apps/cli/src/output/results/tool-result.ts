import type { ToolResult } from '@mcpstore/core'
import { toJson } from '../json.ts'
import { sizeText } from '../text/size-text.ts'
import { givenText, visibleLine, visibleText } from '../text/terminal-text.ts'

type Block = NonNullable<ToolResult['content']>[number]

/** How each kind of content is shown that is no text: a line that says what it is. */
const describers: Readonly<Record<string, (block: Block) => unknown[]>> = {
  image: (block) => ['image', block['mimeType'], sizeOf(block['data'])],
  audio: (block) => ['audio', block['mimeType'], sizeOf(block['data'])],
  resource: ({ resource }) => {
    const { uri, mimeType, blob, text } = (resource ?? {}) as Record<string, unknown>
    return [
      'resource',
      uri,
      mimeType,
      typeof text === 'string' ? sizeText(Buffer.byteLength(text)) : sizeOf(blob),
    ]
  },
  resource_link: (block) => ['resource link', block['uri'], block['mimeType'], block['name']],
}

/**
 * A result for people: texts as they are but for control characters, other content as one line each, and the
 * structured content as JSON where there is no text; of what is in `saved`, in which file it is.
 */
export function renderToolResult(
  { content, structuredContent }: ToolResult,
  saved: ReadonlyMap<object, string> = new Map(),
): string {
  const given: unknown[] = [content ?? []].flat()
  const blocks = given.map((block) =>
    isBlock(block) ? renderBlock(block, saved.get(block)) : visibleText(givenText(block)),
  )
  const hasText = given.some((block) => isBlock(block) && block.type === 'text')
  if (!hasText && structuredContent !== undefined) blocks.push(visibleText(toJson(structuredContent, 2)))
  return blocks.map((block) => (block.endsWith('\n') ? block : `${block}\n`)).join('')
}

function describe(block: Block): unknown[] {
  return Object.hasOwn(describers, block.type) ? describers[block.type]!(block) : [block.type]
}

/** Servers also answer with what the protocol does not know. */
export function isBlock(value: unknown): value is Block {
  return typeof (Object(value) as Partial<Block>).type === 'string'
}

function renderBlock(block: Block, saved: string | undefined): string {
  if (block.type === 'text') return visibleText(givenText(block['text']))
  const described = describe(block)
  const [kind, first, ...rest] = described.filter((part) => part !== undefined && part !== '').map(String)
  const place = saved && `saved to ${saved}`
  const details = [first, ...rest, place].filter((part) => part !== undefined).join(', ')
  return visibleLine(`[${kind}${details ? ` ${details}` : ''}]`)
}

/** The size of what is encoded in base64. */
function sizeOf(data: unknown): string | undefined {
  return typeof data === 'string' ? sizeText(Math.floor((data.replace(/=+$/, '').length * 3) / 4)) : undefined
}
