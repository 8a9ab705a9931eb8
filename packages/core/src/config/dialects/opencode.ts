import { storeError } from '../../errors.ts'
import { isObject, kindOf } from '../problem.ts'
import { type Client, inConfigHome } from './client.ts'
import { namedEntries, own } from './dialect.ts'
import { type Words, writing } from './wording.ts'

// It tries both transports of a remote service.
const words: Words = {
  title: 'OpenCode',
  placeholder: ({ variable }) => `{env:${variable}}`,
  special: /\{(?:env|file):/,
  knows: ['remote', 'sse', 'disabled'],
}

const SCHEMA = 'https://opencode.ai/config.json'

/** OpenCode: `mcp`, with the whole command in one list, and `{env:X}`. */
export const opencode: Client = {
  id: 'opencode',
  title: words.title,
  format: 'json',
  userFiles: (machine) =>
    ['opencode.json', 'opencode.jsonc'].map((file) => inConfigHome(machine, 'opencode', file)),
  projectFiles: ['opencode.json', 'opencode.jsonc'],
  upwards: true,

  match(input) {
    const services = own(input, 'mcp')
    if (!isObject(services)) return own(input, '$schema') === SCHEMA && services !== undefined
    return Object.values(services).some((entry) => ['local', 'remote'].includes(String(own(entry, 'type'))))
  },

  entries(input) {
    const services = own(input, 'mcp')
    if (isObject(services)) return namedEntries(services, ['mcp'])
    throw storeError('bad_config', `mcp must be an object, not ${kindOf(services)}`)
  },

  inOurFields({ type, command, environment, ...entry }) {
    if (JSON.stringify([command, environment, entry]).includes('{file:')) {
      const message = 'holds {file:…}, and what stands in files is not filled in'
      const hint = 'Put it into an environment variable, and write {env:NAME}.'
      return { problem: { field: '', message, hint } }
    }
    const [program, ...args] = Array.isArray(command) ? command : [command]
    const ours = {
      ...entry,
      ...(type !== undefined && { type: type === 'remote' ? 'http' : type }),
      ...(command !== undefined && { command: program, ...(args.length > 0 && { args }) }),
      ...(environment !== undefined && { env: environment }),
    }
    return { entry: ours }
  },

  placeholders: () => (text) => text.replace(/\{env:([A-Za-z_]\w*)\}/g, '$${$1}'),

  write: writing(words, ({ command, args = [], env, url, headers }, config) => {
    const entry =
      config.type === 'stdio'
        ? { type: 'local', command: [command, ...args], ...(env && { environment: env }) }
        : { type: 'remote', url, ...(headers && { headers }) }
    return { ...entry, ...(config.disabled && { enabled: false }) }
  }),
  document: (entries) => ({ $schema: SCHEMA, mcp: entries }),
}
