import { chmodSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { StdioConfig } from '../src/config/service-config.ts'
import { scratch } from './connections-fixtures.ts'

/** Through a shell that stays beside what it starts. */
export function throughShell({ command, args = [], ...rest }: StdioConfig): StdioConfig {
  const line = [command, ...args].map((word) => `'${word}'`).join(' ')
  return { ...rest, command: 'sh', args: ['-c', `${line}; true`] }
}

export function throughNpx(config: StdioConfig): StdioConfig {
  const [, line] = throughShell(config).args!
  return { ...config, command: 'npx', args: ['-c', line!] }
}

/** What uvx does with a tool that is installed: it starts it as a child, is not ended by Ctrl-C, and waits for it. */
const UVX = `#!/bin/sh
shift
trap '' INT
exec 3<&0
"$@" <&3 3<&- &
wait $!
`

/** Through a program of that name that is found on the PATH, as uv may not be installed here. */
export function throughUvx({ command, args = [], env, ...rest }: StdioConfig): StdioConfig {
  const folder = scratch()
  writeFileSync(join(folder, 'uvx'), UVX)
  chmodSync(join(folder, 'uvx'), 0o755)
  const path = `${folder}${delimiter}${process.env['PATH']}`
  return { ...rest, command: 'uvx', args: ['demo-server', command, ...args], env: { ...env, PATH: path } }
}
