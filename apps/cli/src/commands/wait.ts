import type { CommandContext, CommandInput } from '../command.ts'
import { writeJson } from '../output/json.ts'
import { paint } from '../output/output.ts'
import { toolCountText } from '../output/service-text.ts'
import { visibleLine } from '../output/terminal-text.ts'
import { servicesOf, withStore } from '../store-session.ts'

const defaultWaitMs = 10_000

/** `wait NAME`: connects to the service; ends when it answers, or with the reason why it does not. */
export async function wait(
  context: CommandContext,
  { positionals: [name = ''], values }: CommandInput,
): Promise<number> {
  const { json, timeoutMs = defaultWaitMs } = context.settings
  return withStore(context, async (store) => {
    const service = await servicesOf(store, values).waitService(name, { timeout: timeoutMs })
    if (json) {
      writeJson(context.out, service)
      return 0
    }
    const word = paint(context.out, 'green', service.status)
    context.out.write(`${word} ${visibleLine(service.name)} ${toolCountText(service.toolCount)}\n`)
    return 0
  })
}
