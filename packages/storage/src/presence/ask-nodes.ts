import type { Parts } from '../parts.ts'
import { askToRead } from '../writes/ask.ts'
import type { DataspaceNode } from './nodes.ts'

/** Who is here now, or was when somebody last told. */
export async function askNodes(parts: Parts): Promise<DataspaceNode[]> {
  const { backend, presence } = parts
  const found = await askToRead(parts, async () => backend.nodes?.()).catch(() => undefined)
  if (found) presence.take(found)
  return presence.list()
}
