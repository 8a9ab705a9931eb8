import { bareMap } from './dialects/bare-map.ts'
import { codex } from './dialects/codex.ts'
import type { Dialect } from './dialects/dialect.ts'
import { list } from './dialects/list.ts'
import { mcpServers } from './dialects/mcp-servers.ts'
import { opencode } from './dialects/opencode.ts'
import { serverJson } from './dialects/server-json.ts'
import { single } from './dialects/single.ts'
import { vscode } from './dialects/vscode.ts'
import { zed } from './dialects/zed.ts'

/** Every dialect that tells itself, the most telling first. A new one is a file beside these and a line here. */
export const dialects: readonly Dialect[] = [
  mcpServers,
  vscode,
  codex,
  zed,
  opencode,
  serverJson,
  list,
  single,
  bareMap,
]
