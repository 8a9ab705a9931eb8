import { usualEntry, type Words, worded } from '../wording.ts'
import { type Client, inHome } from './client.ts'
import { mcpServers } from './mcp-servers.ts'

// Of a url it finds out itself whether it is SSE.
const words: Words = {
  title: 'Cursor',
  placeholder: ({ variable }) => `\${env:${variable}}`,
  knows: ['remote', 'sse', 'envFile'],
}

/** Cursor: the usual entries, with placeholders of its own. */
export const cursor: Client = {
  ...mcpServers,
  id: 'cursor',
  title: words.title,
  format: 'json',
  userFiles: (machine) => [inHome(machine, '.cursor', 'mcp.json')],
  projectFiles: ['.cursor/mcp.json'],
  upwards: false,

  write(config) {
    const said = worded(config, words)
    if (typeof said === 'string') return said
    const envFile = config.type === 'stdio' ? config.envFile : undefined
    return { entry: usualEntry(said.worded, { envFile }), unsaid: said.unsaid }
  },
  document: (entries) => ({ mcpServers: entries }),
}
