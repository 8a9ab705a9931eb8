import { type Client, inHome } from './client.ts'
import { mcpServers } from './mcp-servers.ts'
import { usualEntry, type Words, writing } from './wording.ts'

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

  write: writing(words, (worded, config) => {
    const envFile = config.type === 'stdio' ? config.envFile : undefined
    return usualEntry(worded, { envFile })
  }),
  document: (entries) => ({ mcpServers: entries }),
}
