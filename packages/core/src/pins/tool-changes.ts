/** What becomes of a tool that is not what it was: it is said, its calls are refused too, or nobody looks. */
export type PinMode = 'warn' | 'block' | 'off'

/** The names of tools that are others than those that are pinned. */
export interface ToolChanges {
  added: string[]
  removed: string[]
  /** Their definitions are others. */
  changed: string[]
}
