import { storeError } from '../errors.ts'
import { didYouMean, nearest } from '../near.ts'
import { claudeCode } from './dialects/claude-code.ts'
import { claudeDesktop } from './dialects/claude-desktop.ts'
import type { Client } from './dialects/client.ts'
import { type ClientId, clientIds } from './dialects/client-ids.ts'
import { codex } from './dialects/codex.ts'
import { cursor } from './dialects/cursor.ts'
import { gemini } from './dialects/gemini.ts'
import { opencode } from './dialects/opencode.ts'
import { vscode } from './dialects/vscode.ts'
import { windsurf } from './dialects/windsurf.ts'
import { zed } from './dialects/zed.ts'
import { quoted } from './problem.ts'

const byId: Record<ClientId, Client> = {
  'claude-code': claudeCode,
  cursor,
  vscode,
  codex,
  gemini,
  opencode,
  zed,
  windsurf,
  'claude-desktop': claudeDesktop,
}

/** Every program whose files are read and written. A new one is a file beside these, its id, and a line here. */
export const clients: readonly Client[] = clientIds.map((id) => byId[id])

/** The clients that go by this name: `claude` is both of that name. @throws `usage` */
export function clientsNamed(name: string): readonly Client[] {
  const named = clients.filter(({ id }) => id === name || (name === 'claude' && id.startsWith('claude-')))
  if (named.length > 0) return named
  const [meant] = nearest(name, clientIds, 1)
  throw storeError('usage', `no client ${quoted(name)} is known`, {
    hint: meant === undefined ? `Known are ${clientIds.join(', ')}.` : didYouMean([meant]),
  })
}
