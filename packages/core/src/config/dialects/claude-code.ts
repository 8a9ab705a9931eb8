import { type Client, inHome, joined } from './client.ts'
import { mcpServers } from './mcp-servers.ts'
import { usualEntry, type Words, writing } from './wording.ts'

const words: Words = {
  title: 'Claude Code',
  placeholder: ({ variable, fallback }) => `\${${variable}${fallback === undefined ? '' : `:-${fallback}`}}`,
  defaults: true,
  knows: ['remote', 'sse'],
}

/** Claude Code: `.mcp.json` of a project, and `~/.claude.json`, also for what it keeps there about single folders. */
export const claudeCode: Client = {
  ...mcpServers,
  id: 'claude-code',
  title: words.title,
  format: 'json',
  userFiles: (machine) => [userFile(machine)],
  projectFiles: ['.mcp.json'],
  upwards: true,
  otherPlaces: (machine, folders) =>
    folders.map((folder) => ({ file: userFile(machine), inside: ['projects', folder], project: folder })),

  write: writing(words, (worded, { type }) => ({ type, ...usualEntry(worded) })),
  document: (entries) => ({ mcpServers: entries }),
}

function userFile(machine: Parameters<Client['userFiles']>[0]): string {
  const folder = machine.env['CLAUDE_CONFIG_DIR']
  return folder ? joined(machine, folder, '.claude.json') : inHome(machine, '.claude.json')
}
