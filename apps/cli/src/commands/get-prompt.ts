import type { Store } from '@mcpstore/core'
import { shellWord } from '@mcpstore/core/shell-words'
import type { CommandContext, CommandInput } from '../command.ts'
import { usageError } from '../failures/cli-error.ts'
import { writeJson } from '../output/json.ts'
import { paint } from '../output/output.ts'
import { renderToolResult } from '../output/results/tool-result.ts'
import { givenText, visibleLine } from '../output/text/terminal-text.ts'
import { askOptions, servicesOf, whileWaiting, withStore } from '../store/store-session.ts'

/** `get-prompt SERVICE/PROMPT [k=v]...`: prints the messages of a prompt, each below who is to say it. */
export async function getPrompt(
  context: CommandContext,
  { positionals, values }: CommandInput,
): Promise<number> {
  const [prompt = '', ...words] = positionals
  const args = readTexts(words, prompt)
  const { out, settings } = context
  const { json } = settings
  const work = async (store: Store): Promise<number> => {
    const result = await whileWaiting(context, `getting ${prompt}`, () =>
      servicesOf(store, values).getPrompt(prompt, args, askOptions(context)),
    )
    if (json) writeJson(out, result)
    else {
      const parts = [result.messages ?? []].flat().map((message) => {
        const { role, content } = Object(message) as Partial<typeof message>
        const heading = paint(out, 'bold', `${visibleLine(givenText(role))}:`)
        return `${heading}\n${renderToolResult({ content: [content ?? []].flat() })}`
      })
      out.write(parts.join('\n'))
    }
    return 0
  }
  return withStore(context, work, { whole: true })
}

/** Splits `k=v`; the arguments of a prompt are texts. @throws `usage` for a word that is none, `k:=json`, or a name given twice */
function readTexts(words: readonly string[], prompt: string): Record<string, string> {
  const texts = new Map<string, string>()
  const slash = prompt.indexOf('/')
  const service = slash > 0 ? ` ${shellWord(prompt.slice(0, slash))}` : ''
  for (const word of words) {
    const at = word.indexOf('=')
    const name = word.slice(0, at)
    if (at < 1) {
      throw usageError(
        `"${word}" is no argument of a prompt, which has the form name=text`,
        `See what the prompt takes: mcpstore prompts${service}`,
      )
    }
    if (name.endsWith(':')) {
      const text = `${name.slice(0, -1)}=${word.slice(at + 1)}`
      throw usageError(
        'the arguments of a prompt are texts, and ":=" is for the JSON that tools take',
        `Write ${shellWord(text)}`,
      )
    }
    if (texts.has(name)) throw usageError(`argument "${name}" is given twice`, 'Leave one of them out.')
    texts.set(name, word.slice(at + 1))
  }
  return Object.fromEntries(texts)
}
