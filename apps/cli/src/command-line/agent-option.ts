import { shellWord } from '@mcpstore/core/shell-words'
import type { OptionValues } from './options.ts'

/** What a command line for the same agent has to say. */
export function agentOption({ agent }: Pick<OptionValues, 'agent'>): string {
  return agent === undefined ? '' : ` --agent ${shellWord(agent)}`
}
