import { statSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** What to do about a program that cannot be started. */
export const remedies = {
  cwd: 'Correct "cwd" in its config.',
  command: 'Correct "command" in its config.',
  notExecutable: 'Make the file executable, or start it through its interpreter.',
}

const node = 'Install Node.js, which brings it: https://nodejs.org'
const uv = 'Install uv, which brings it: https://docs.astral.sh/uv'
const python = 'Install Python: https://www.python.org/downloads'
const docker = 'Install Docker: https://docs.docker.com/get-docker'

const ways: Readonly<Record<string, string>> = {
  ...{ node, npx: node, npm: node, uv, uvx: uv, python, python3: python, docker },
  bun: 'Install Bun: https://bun.sh',
  bunx: 'Install Bun, which brings it: https://bun.sh',
  deno: 'Install Deno: https://deno.com',
  pipx: 'Install pipx: https://pipx.pypa.io',
}

/** What to do about a path that leads to nothing. */
export function wayTo(path: string): string {
  return path.startsWith('~') ? 'Write the whole path as "command": "~" is not expanded.' : remedies.command
}

/** How to get a command that is not on the PATH; `env` is what its config sets. */
export function wayToGet(command: string, env: Readonly<Record<string, string>> = {}): string {
  if (env['PATH'] !== undefined && isOnOwnPath(command)) {
    return 'The PATH of its config ("env" or "envFile") does not lead to it: correct it, or give its full path as "command".'
  }
  const way = Object.hasOwn(ways, command) ? ways[command] : undefined
  return way
    ? `${way}; or give its full path as "command".`
    : 'Install it, or give its full path as "command".'
}

function isOnOwnPath(command: string): boolean {
  const folders = process.env['PATH']?.split(delimiter) ?? []
  return folders.some((folder) => isFile(join(folder, command)))
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile()
  } catch {
    return false
  }
}
