import { bareMap } from './dialects/bare-map.ts'
import type { Dialect } from './dialects/dialect.ts'
import { list } from './dialects/list.ts'
import { mcpServers } from './dialects/mcp-servers.ts'
import { single } from './dialects/single.ts'
import { vscode } from './dialects/vscode.ts'

/** Every dialect, the most telling first. A new one is a file beside these and a line here. */
export const dialects: readonly Dialect[] = [mcpServers, vscode, list, single, bareMap]
