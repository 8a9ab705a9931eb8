/** What other clients are called, as far as the library knows them. */
export const clientNames: readonly string[] = [
  'claude',
  'claude-code',
  'claude-desktop',
  'cursor',
  'vscode',
  'codex',
  'gemini',
  'opencode',
  'zed',
  'windsurf',
]
