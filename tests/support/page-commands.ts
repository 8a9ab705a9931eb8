import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { workspaceRoot } from './modules.ts'

const require = createRequire(import.meta.url)

/** The published servers among the tests' dependencies. */
const servers = [
  require.resolve('@modelcontextprotocol/server-everything/package.json'),
  require.resolve('@modelcontextprotocol/server-filesystem/package.json'),
  require.resolve('@modelcontextprotocol/server-memory/package.json'),
]

/**
 * Puts the commands a page may use into a folder for the PATH: `mcpstore` is the built one, and `npx -y PACKAGE`,
 * with the installed version or none, starts the installed copy of a published server: the same code without a
 * download. Everything else is left to the real npx.
 */
export function writeCommands(folder: string): void {
  const main = join(workspaceRoot, 'apps/cli/dist/main.js')
  const realNpx = join(dirname(process.execPath), 'npx')
  writeScript(join(folder, 'mcpstore'), [`exec '${process.execPath}' '${main}' "$@"`])
  writeScript(join(folder, 'npx'), [
    'case "$1 $2" in',
    ...servers.map(npxCase),
    'esac',
    `exec '${realNpx}' "$@"`,
  ])
}

function npxCase(manifest: string): string {
  const { name, version, bin } = JSON.parse(readFileSync(manifest, 'utf8'))
  const file = join(dirname(manifest), Object.values<string>(bin)[0]!)
  return `'-y ${name}'|'-y ${name}@${version}') shift 2; exec '${process.execPath}' '${file}' "$@" ;;`
}

function writeScript(path: string, lines: readonly string[]): void {
  writeFileSync(path, `#!/bin/sh\n${lines.join('\n')}\n`, { mode: 0o755 })
}
