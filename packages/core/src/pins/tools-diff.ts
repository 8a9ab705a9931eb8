import type { Scope } from '@mcpstore/storage'
import { isObject } from '../config/problem.ts'
import type { RawTool } from '../connections/connector.ts'
import { listHash } from '../tools/lists/list-head.ts'
import type { ListedTool } from '../tools/lists/tool-list.ts'
import { canonical } from '../trust/config-hash.ts'
import { definitionOf, type Pin, toolHash } from './pin.ts'
import type { ToolChanges } from './tool-changes.ts'

/** One place in a definition that is another one; what is not there is left out. */
export interface ChangedPart {
  /** As `inputSchema.properties.path.type`. */
  path: string
  before?: unknown
  now?: unknown
}

/** How the tools of a service differ from those that are pinned; a `before` of `null` was too large to be kept. */
export interface ToolsDiff {
  service: string
  scope: Scope
  /** When they were seen first, or accepted; ISO 8601, or `null` where nothing is pinned, so that nothing differs. */
  pinnedAt: string | null
  added: { tool: string; now: RawTool }[]
  removed: { tool: string; before: RawTool | null }[]
  changed: { tool: string; before: RawTool | null; now: RawTool; parts: ChangedPart[] | null }[]
  unchanged: number
}

/** Which tools are others than those that are pinned; `undefined` where none is. */
export function changesOf(pin: Pin, tools: readonly ListedTool[]): ToolChanges | undefined {
  if (pin.list === listHash(tools)) return undefined
  const before = new Map(pin.tools.map(({ tool, sha256 }) => [tool, sha256]))
  const now = new Set(tools.map(({ tool }) => tool))
  const added = tools.filter(({ tool }) => !before.has(tool))
  const changed = tools.filter((one) => before.has(one.tool) && before.get(one.tool) !== toolHash(one))
  const removed = [...before.keys()].filter((tool) => !now.has(tool))
  if (added.length + changed.length + removed.length === 0) return undefined
  return { added: added.map(nameOf), removed, changed: changed.map(nameOf) }
}

/** The same with what changed. */
export function toolsDiff(
  { name: service, scope }: { name: string; scope: Scope },
  pin: Pin | undefined,
  tools: readonly ListedTool[],
): ToolsDiff {
  const { added, removed, changed } = (pin && changesOf(pin, tools)) ?? {
    added: [],
    removed: [],
    changed: [],
  }
  const before = new Map(pin?.tools.map(({ tool, definition }) => [tool, definition ?? null]))
  const now = new Map(tools.map((tool) => [tool.tool, definitionOf(tool)]))
  return {
    service,
    scope,
    pinnedAt: pin?.at ?? null,
    added: added.map((tool) => ({ tool, now: now.get(tool)! })),
    removed: removed.map((tool) => ({ tool, before: before.get(tool)! })),
    changed: changed.map((tool) => {
      const [old, own] = [before.get(tool)!, now.get(tool)!]
      return { tool, before: old, now: own, parts: old && changedParts(old, own) }
    }),
    unchanged: tools.length - added.length - changed.length,
  }
}

function nameOf({ tool }: ListedTool): string {
  return tool
}

/** Objects are compared field by field, everything else as a whole. */
function changedParts(before: unknown, now: unknown, path = ''): ChangedPart[] {
  if (isObject(before) && isObject(now)) {
    const names = new Set([...Object.keys(before), ...Object.keys(now)])
    return [...names].flatMap((name) =>
      changedParts(ownOf(before, name), ownOf(now, name), path === '' ? name : `${path}.${name}`),
    )
  }
  if (before === undefined) return now === undefined ? [] : [{ path, now }]
  if (now === undefined) return [{ path, before }]
  return canonical(before) === canonical(now) ? [] : [{ path, before, now }]
}

function ownOf(object: Record<string, unknown>, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined
}
