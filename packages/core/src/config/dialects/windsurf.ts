import { usualEntry, type Words, worded } from '../wording.ts'
import { type Client, inHome } from './client.ts'
import { mcpServers } from './mcp-servers.ts'

const words: Words = {
  title: 'Windsurf',
  placeholder: ({ variable }) => `\${env:${variable}}`,
  knows: ['remote', 'sse', 'cwd', 'disabled'],
}

/** Windsurf: the usual entries, but for `serverUrl`. */
export const windsurf: Client = {
  ...mcpServers,
  id: 'windsurf',
  title: words.title,
  format: 'json',
  userFiles: (machine) => [inHome(machine, '.codeium', 'windsurf', 'mcp_config.json')],
  projectFiles: [],
  upwards: false,

  write(config) {
    const said = worded(config, words)
    if (typeof said === 'string') return said
    const more = { cwd: config.type === 'stdio' ? config.cwd : undefined, disabled: config.disabled }
    const { url: serverUrl, ...entry } = usualEntry(said.worded, more)
    return { entry: { ...(serverUrl !== undefined && { serverUrl }), ...entry }, unsaid: said.unsaid }
  },
  document: (entries) => ({ mcpServers: entries }),
}
