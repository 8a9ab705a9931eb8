import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { Box } from './box.ts'

const fixture = (name: string): string =>
  fileURLToPath(new URL(`../fixtures/servers/${name}`, import.meta.url))

/** The config of a fixture server on stdio, see the head of `stdio.mjs`; its starts are noted in the box. */
export function fixtureServer(box: Box, settings: object = {}): { command: string; args: string[] } {
  const all = { startFile: box.startFile, ...settings }
  return { command: process.execPath, args: [fixture('stdio.mjs'), JSON.stringify(all)] }
}

/** Starts a fixture server for HTTP, see the head of `http.mjs`, and answers its address. */
export async function startHttpServer(box: Box, settings: object = {}): Promise<string> {
  const server = box.spawn(process.execPath, [fixture('http.mjs'), JSON.stringify(settings)])
  const scheme = 'tls' in settings ? 'https' : 'http'
  for await (const port of server.stdout!) return `${scheme}://127.0.0.1:${Number(port)}/mcp`
  throw new Error(`the fixture server did not start: ${await text(server.stderr!)}`)
}

/** The config of a published server, started through a script that notes the start in the box. */
export function publishedServer(
  box: Box,
  name: 'everything' | 'filesystem' | 'memory',
  { args = [], env }: { args?: string[]; env?: Record<string, string> } = {},
): { command: string; args: string[]; env?: Record<string, string> } {
  const manifest = fileURLToPath(import.meta.resolve(`@modelcontextprotocol/server-${name}/package.json`))
  const noting = box.write('noting', '#!/bin/sh\necho $$ >>"$1"\nshift\nexec "$@"\n', 0o755)
  const started = [process.execPath, join(dirname(manifest), 'dist/index.js'), ...args]
  return { command: noting, args: [box.startFile, ...started], ...(env && { env }) }
}
