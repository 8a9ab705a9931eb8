import type { SignOutReport } from '@mcpstore/core'
import type { CommandContext, CommandInput } from '../command.ts'
import { writeJson } from '../output/json.ts'
import { writeNote } from '../output/output.ts'
import { visibleLine } from '../output/text/terminal-text.ts'
import { servicesOf, whileWaiting, withStore } from '../store/store-session.ts'

/** `logout NAME`: removes the tokens for a service, and says what became of them. */
export async function logout(
  context: CommandContext,
  { positionals, values }: CommandInput,
): Promise<number> {
  const [name = ''] = positionals
  return withStore(context, async (store) => {
    const report = await whileWaiting(context, `signing out of ${name}`, () =>
      servicesOf(store, values).signOut(name),
    )
    if (context.settings.json) writeJson(context.out, report)
    else writeNote(context.out, sentences(report))
    return 0
  })
}

function sentences({ name, status, revocations }: SignOutReport): string {
  const shown = visibleLine(name)
  if (status === 'absent') return `nobody was signed in to ${shown}\n`
  const lines = revocations.map((revocation) => {
    if (revocation.status === 'revoked')
      return 'the tokens were removed here, and revoked where they came from'
    if (revocation.status === 'not_offered')
      return 'the tokens were removed here; their server takes none back: they are good there until they expire'
    return `the tokens were removed here, but not revoked where they came from: ${visibleLine(revocation.why)}`
  })
  return `signed out of ${shown}: ${lines.join('; ')}\n`
}
