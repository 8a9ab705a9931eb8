import { storeError } from '../../errors.ts'
import { isObject, kindOf } from '../problem.ts'
import { type Dialect, namedEntries, own } from './dialect.ts'

/** `{"mcpServers": {NAME: {…}}}`: Claude, Cursor, Windsurf, Gemini, Cline, Kiro, Copilot CLI and most others. */
export const mcpServers: Dialect = {
  match: (input) => own(input, 'mcpServers') !== undefined,

  entries(input) {
    const services = own(input, 'mcpServers')
    if (isObject(services)) return namedEntries(services, ['mcpServers'])
    throw storeError(
      'bad_config',
      `mcpServers must be an object of names to services, not ${kindOf(services)}`,
    )
  },
}
