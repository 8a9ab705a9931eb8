import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import type { Client, Machine } from '../../src/config/dialects/client.ts'
import type { Path } from '../../src/config/dialects/dialect.ts'
import { parseServices } from '../../src/config/parse.ts'
import type { ServiceConfig } from '../../src/config/service-config.ts'

/** The folder that project files speak of. */
const project = '/project'
const home = homedir()

/** What a fixture of a client holds: the configs that can be used, and for the others why not. */
export async function readFixture(
  client: Client,
  file: string,
  { own = false, inside }: { own?: boolean; inside?: Path } = {},
): Promise<{ used: Record<string, ServiceConfig>; refused: Record<string, string> }> {
  const text = await readFile(new URL(`files/${file}`, import.meta.url), 'utf8')
  const folder = own ? undefined : project
  return read(client, text, folder, inside)
}

async function read(client: Client, text: string, folder: string | undefined, inside?: Path) {
  const { services, failures } = await parseServices(text, {
    cwd: folder ?? home,
    project: folder,
    dialect: client,
    format: client.format,
    inside,
  })
  return {
    used: Object.fromEntries(services.map(({ name, config }) => [name, config])),
    refused: Object.fromEntries(failures.map(({ name, error }) => [name, error.message])),
  }
}

/** Services that between them say all that a config can say. */
const everything: Record<string, ServiceConfig> = {
  files: {
    type: 'stdio',
    command: 'npx',
    args: ['-y', 'files-server', '$HOME'],
    env: { TOKEN: '${TOKEN}', LEVEL: 'debug', OTHER: '${REAL:-none}' },
    cwd: project,
  },
  filled: {
    type: 'stdio',
    command: '${TOOLS}/serve',
    args: ['{env:X}'],
    envFile: '/project/.env',
    cwd: project,
    description: 'Filled',
    protocol: 'auto',
  },
  off: { type: 'stdio', command: 'serve', cwd: project, disabled: true },
  weather: {
    type: 'http',
    url: 'https://example.com/mcp',
    headers: { Authorization: 'Bearer ${WEATHER_TOKEN}', 'X-Key': '${KEY}', 'X-Plain': '1' },
  },
  old: { type: 'sse', url: 'https://example.com/sse' },
  sealed: {
    type: 'http',
    url: 'https://example.com/mcp',
    headers: { 'X-Key': `\${sealed:1.0123456789abcdef.${'A'.repeat(40)}}`, 'X-Plain': '1' },
  },
}

/** All of {@link everything} in a client's words: the file, what is not said of each, and which are left out. */
export async function written(client: Client) {
  const entries: Record<string, object> = {}
  const unsaid: Record<string, string[]> = {}
  const left: Record<string, string> = {}
  for (const [name, config] of Object.entries(everything)) {
    const one = client.write(config)
    if (typeof one === 'string') left[name] = one
    else {
      entries[name] = one.entry
      if (one.unsaid.length > 0) unsaid[name] = one.unsaid
    }
  }
  return { document: client.document(entries), unsaid, left }
}

/** What a client's words for all services come to when they are read again. */
export async function readAgain(client: Client): Promise<Record<string, ServiceConfig>> {
  const { document } = await written(client)
  const { stringify } = await import('smol-toml')
  const text = client.format === 'toml' ? stringify(document) : JSON.stringify(document)
  const { used, refused } = await read(client, text, project)
  if (Object.keys(refused).length > 0) throw new Error(JSON.stringify(refused))
  return used
}

const machines: Record<'mac' | 'windows' | 'linux', Machine> = {
  mac: { platform: 'darwin', env: {}, home: '/Users/alice' },
  windows: {
    platform: 'win32',
    env: { APPDATA: 'C:\\Users\\alice\\AppData\\Roaming' },
    home: 'C:\\Users\\alice',
  },
  linux: { platform: 'linux', env: {}, home: '/home/alice' },
}

/** Where a client's own files are on each system. */
export function userFiles(client: Client): Record<keyof typeof machines, string[]> {
  const { mac, windows, linux } = machines
  return {
    mac: client.userFiles(mac),
    windows: client.userFiles(windows),
    linux: client.userFiles(linux),
  }
}
