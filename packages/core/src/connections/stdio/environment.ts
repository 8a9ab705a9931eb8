const inherited = {
  posix: ['HOME', 'LOGNAME', 'PATH', 'SHELL', 'TERM', 'USER'],
  win32: [
    'APPDATA',
    'COMSPEC',
    'HOMEDRIVE',
    'HOMEPATH',
    'LOCALAPPDATA',
    'PATH',
    'PATHEXT',
    'PROCESSOR_ARCHITECTURE',
    'PROGRAMDATA',
    'PROGRAMFILES',
    'SYSTEMDRIVE',
    'SYSTEMROOT',
    'TEMP',
    'USERNAME',
    'USERPROFILE',
    'WINDIR',
  ],
}

/** What a server sees of this process's environment: the MCP SDK's short list, plus what its config sets. */
export function serverEnvironment(own: Record<string, string> = {}): Record<string, string> {
  const environment: Record<string, string> = {}
  for (const name of process.platform === 'win32' ? inherited.win32 : inherited.posix) {
    const value = process.env[name]
    // A value that begins with "()" is an exported shell function.
    if (value !== undefined && !value.startsWith('()')) environment[name] = value
  }
  return { ...environment, ...own }
}
