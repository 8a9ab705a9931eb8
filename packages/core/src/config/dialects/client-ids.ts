// Nothing is imported here: a program that only has to know the names loads no more than these.

/** The programs whose files are read and written, in the order in which they are shown. */
export const clientIds = [
  'claude-code',
  'cursor',
  'vscode',
  'codex',
  'gemini',
  'opencode',
  'zed',
  'windsurf',
  'claude-desktop',
] as const

export type ClientId = (typeof clientIds)[number]

/** What they may be called: `claude` is all of that name. */
export const clientNames: readonly string[] = ['claude', ...clientIds]
