import { type Client, inHome } from './client.ts'
import { mcpServers } from './mcp-servers.ts'
import { usualEntry, type Words, writing } from './wording.ts'

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

  write: writing(words, (worded, config) => {
    const more = { cwd: config.type === 'stdio' ? config.cwd : undefined, disabled: config.disabled }
    const { url: serverUrl, ...entry } = usualEntry(worded, more)
    return { ...(serverUrl !== undefined && { serverUrl }), ...entry }
  }),
  document: (entries) => ({ mcpServers: entries }),
}
