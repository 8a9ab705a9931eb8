import type { Scope } from '@mcpstore/storage'

/** The key that `make` gives a tool of this name in a scope; `undefined` for a name that no key can hold. */
export function keyOfTool(
  make: (tool: string, scope: Scope) => string,
  tool: string,
  scope: Scope,
): string | undefined {
  try {
    return make(tool, scope)
  } catch {
    return undefined
  }
}
