import type { ToolChanges } from '@mcpstore/core'
import { shellWord } from '@mcpstore/core/shell-words'
import type { CommandContext } from '../command.ts'
import { agentOption } from '../command-line/agent-option.ts'
import type { OptionValues } from '../command-line/options.ts'
import { writeWarning } from '../failures/failure.ts'
import { changesText } from '../output/tools/tool-changes.ts'

/** Says on stderr that tools of a service are not what they were when the user first used it. */
export function warnOfChanges(
  { err }: Pick<CommandContext, 'err'>,
  { service, changes }: { service: string; changes: ToolChanges },
  values: OptionValues,
): void {
  writeWarning(
    err,
    `the tools of "${service}" are not what they were when you first used or accepted them: ${changesText(changes)}`,
    `See what changed: mcpstore diff ${shellWord(service)}${agentOption(values)}`,
  )
}
