import { storeError } from '../../errors.ts'
import { isObject, kindOf } from '../problem.ts'
import { type Client, inAppData, inConfigHome } from './client.ts'
import { namedEntries, own } from './dialect.ts'
import { usualEntry, type Words, writing } from './wording.ts'

const words: Words = { title: 'Zed', knows: ['remote', 'disabled'] }

/** Zed: `context_servers` in its settings. */
export const zed: Client = {
  id: 'zed',
  title: words.title,
  format: 'json',
  userFiles: (machine) => [
    machine.platform === 'win32'
      ? inAppData(machine, 'Zed', 'settings.json')
      : inConfigHome(machine, 'zed', 'settings.json'),
  ],
  projectFiles: ['.zed/settings.json'],
  upwards: false,
  match: (input) => own(input, 'context_servers') !== undefined,

  entries(input) {
    const services = own(input, 'context_servers')
    if (isObject(services)) return namedEntries(services, ['context_servers'])
    throw storeError('bad_config', `context_servers must be an object, not ${kindOf(services)}`)
  },

  inOurFields({ source, settings: _settings, ...entry }) {
    const command = own(entry, 'command')
    if (source === 'extension' || (command === undefined && own(entry, 'url') === undefined)) {
      const message = 'a Zed extension starts it, in a way that its settings do not tell'
      const hint = 'Add the server itself: mcpstore add NAME -- CMD...'
      return { problem: { field: 'source', message, hint } }
    }
    if (!isObject(command)) return { entry }
    const { path, ...rest } = command
    return { entry: { ...entry, command: path, ...rest } }
  },

  write: writing(words, (worded, { disabled }) =>
    usualEntry(worded, { enabled: disabled ? false : undefined }),
  ),
  document: (entries) => ({ context_servers: entries }),
}
