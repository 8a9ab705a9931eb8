import { type Client, inAppData } from './client.ts'
import { mcpServers } from './mcp-servers.ts'
import { usualEntry, type Words, writing } from './wording.ts'

// What is remote is set up in its window, and nothing is filled in.
const words: Words = { title: 'Claude Desktop', knows: [] }

/** Claude Desktop: local services only. */
export const claudeDesktop: Client = {
  ...mcpServers,
  id: 'claude-desktop',
  title: words.title,
  format: 'json',
  userFiles: (machine) => [inAppData(machine, 'Claude', 'claude_desktop_config.json')],
  projectFiles: [],
  upwards: false,

  write: writing(words, (worded) => usualEntry(worded)),
  document: (entries) => ({ mcpServers: entries }),
}
