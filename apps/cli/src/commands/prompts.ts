import type { ListedPrompt } from '@mcpstore/core'
import type { CommandContext, CommandInput } from '../command.ts'
import { reportParts } from '../failures/partial-failure.ts'
import { renderContents } from '../output/content-list.ts'
import { writeJson } from '../output/json.ts'
import { askOptions, servicesOf, whileWaiting, withStore } from '../store/store-session.ts'

/** `prompts [SERVICE]`: the prompts of all services, or of one, with what they take. */
export async function prompts(
  context: CommandContext,
  { positionals: [name], values }: CommandInput,
): Promise<number> {
  const { json } = context.settings
  return withStore(context, async (store) => {
    const listed = await whileWaiting(context, `asking ${name ?? 'all services'} for prompts`, () =>
      servicesOf(store, values).listPrompts(name, askOptions(context)),
    )
    if (json) writeJson(context.out, { prompts: [...listed], services: listed.services })
    else {
      const rows = listed.map((prompt) => ({ ...prompt, shown: `${prompt.name}${argumentsOf(prompt)}` }))
      const groups = [{ one: 'prompt', many: 'prompts', rows }]
      context.out.write(renderContents(listed.services, groups, { output: context.out, asked: name }))
    }
    return reportParts(context, listed.services, { what: 'no prompts could be listed' })
  })
}

/** Each as it is written for `get-prompt`; what may be left out stands in brackets. */
function argumentsOf({ arguments: args = [] }: ListedPrompt): string {
  const named = [args].flat().filter((one) => typeof one?.name === 'string')
  const words = named.map(({ name, required }) => (required ? `${name}=…` : `[${name}=…]`))
  return words.map((word) => ` ${word}`).join('')
}
