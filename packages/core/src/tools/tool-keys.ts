/** The key that `make` gives a tool of this name; `undefined` for a name that no key can hold. */
export function keyOfTool(make: (tool: string) => string, tool: string): string | undefined {
  try {
    return make(tool)
  } catch {
    return undefined
  }
}
