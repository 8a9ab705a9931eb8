import type { AddOptions, ServerOffer } from '@mcpstore/core'
import type { CommandContext } from '../command.ts'
import type { OptionValues } from '../command-line/options.ts'
import { usageError } from '../failures/cli-error.ts'
import { writeToDecide } from '../output/output.ts'
import { visibleLine } from '../output/text/terminal-text.ts'
import { renderTrusted } from '../output/trusted-config.ts'
import { untilInterrupted } from '../store/store-session.ts'

/** Shows the exact command and variables that a `server.json` comes to, and asks; throws `usage` where nobody can be asked. */
export function confirmOffer(
  { confirm, err, settings, signal }: CommandContext,
  { yes = false }: OptionValues,
): NonNullable<AddOptions['confirm']> {
  return async (offer: ServerOffer) => {
    if (!settings.json) {
      writeToDecide(err, renderTrusted(offer, err), yes)
      for (const note of offer.notes) writeToDecide(err, `${visibleLine(note)}\n`, yes)
    }
    if (yes) return true
    if (settings.json || !confirm) {
      const message = `"${offer.name}" is described by a server.json, which says what is to run here`
      throw usageError(message, 'Look at it, then say --yes.')
    }
    return untilInterrupted(signal, confirm(`Add ${visibleLine(offer.name)}, exactly as it is?`))
  }
}
