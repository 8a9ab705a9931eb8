import { type Client, type FilePlace, inHome, joined, type Machine } from './client.ts'
import { own } from './dialect.ts'
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
  otherPlaces,

  switches: {
    places: (machine, folders) => [
      ...folders.flatMap((folder) =>
        ['settings.local.json', 'settings.json'].map((name) => ({
          file: joined(machine, folder, '.claude', name),
          project: folder,
        })),
      ),
      { file: joined(machine, ownFolder(machine) ?? inHome(machine, '.claude'), 'settings.json') },
      ...otherPlaces(machine, folders),
    ],
    // What is refused of a `.mcp.json` says nothing about what the user has under the same name.
    isOff: (name, settings, { project, inside }) =>
      holds(own(settings, 'disabledMcpServers'), name) ||
      (project !== undefined && !inside && holds(own(settings, 'disabledMcpjsonServers'), name)),
  },

  write: writing(words, (worded, { type }) => ({ type, ...usualEntry(worded) })),
  document: (entries) => ({ mcpServers: entries }),
}

function otherPlaces(machine: Machine, folders: readonly string[]): FilePlace[] {
  return folders.map((folder) => ({
    file: userFile(machine),
    inside: ['projects', folder],
    project: folder,
  }))
}

function userFile(machine: Machine): string {
  const folder = ownFolder(machine)
  return folder ? joined(machine, folder, '.claude.json') : inHome(machine, '.claude.json')
}

function ownFolder(machine: Machine): string | undefined {
  return machine.env['CLAUDE_CONFIG_DIR'] || undefined
}

/** Names are kept there as they are said to models. */
function holds(names: unknown, name: string): boolean {
  const said = (one: unknown): string => String(one).replace(/[^\w-]/g, '_')
  return Array.isArray(names) && names.some((one) => said(one) === said(name))
}
