import { isObject } from '../problem.ts'
import { type Client, inHome } from './client.ts'
import { own } from './dialect.ts'
import { mcpServers } from './mcp-servers.ts'
import { usualEntry, type Words, writing } from './wording.ts'

const words: Words = {
  title: 'Gemini CLI',
  placeholder: ({ variable }) => `\${${variable}}`,
  special: /\$[A-Za-z_]/,
  knows: ['remote', 'sse', 'cwd', 'description'],
}

/** Gemini CLI: `httpUrl` is Streamable HTTP, `url` is SSE, and `$X` is a variable too. */
export const gemini: Client = {
  match: mcpServers.match,
  id: 'gemini',
  title: words.title,
  format: 'json',
  userFiles: (machine) => [inHome(machine, '.gemini', 'settings.json')],
  projectFiles: ['.gemini/settings.json'],
  upwards: false,

  entries: (input) =>
    mcpServers
      .entries(input)
      .map((found) =>
        isObject(found.entry) && isLeftOut(input, found.name)
          ? { ...found, entry: { ...found.entry, disabled: true } }
          : found,
      ),

  inOurFields(entry) {
    const isSse = own(entry, 'url') !== undefined && !['httpUrl', 'type'].some((field) => own(entry, field))
    return { entry: isSse ? { ...entry, type: 'sse' } : entry }
  },

  placeholders: () => (text) =>
    text.replace(/\$\{[^{}]*\}|\$([A-Za-z_]\w*)/g, (found, name) => (name ? `\${${name}}` : found)),

  write: writing(words, (worded, config) => {
    const more = { cwd: config.type === 'stdio' ? config.cwd : undefined, description: config.description }
    const { url, ...entry } = usualEntry(worded, more)
    const address = config.type === 'stdio' ? {} : { [config.type === 'sse' ? 'url' : 'httpUrl']: url }
    return { ...address, ...entry }
  }),
  document: (entries) => ({ mcpServers: entries }),
}

/** Whether the settings say that this service is not to be started. */
function isLeftOut(input: unknown, name: unknown): boolean {
  const allowed = own(own(input, 'mcp'), 'allowed')
  const excluded = own(own(input, 'mcp'), 'excluded')
  return (
    (Array.isArray(allowed) && !allowed.includes(name)) ||
    (Array.isArray(excluded) && excluded.includes(name))
  )
}
