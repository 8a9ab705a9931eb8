/** Where a library says something: one line a call, and never to the console by itself. */
export interface Logger {
  debug(line: string): void
  info(line: string): void
  warn(line: string): void
  error(line: string): void
}

export const silentLogger: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
}

/** The same logger; one that throws stops nothing. */
export function guarded(logger: Logger): Logger {
  const guard = (level: keyof Logger) => (line: string) => {
    try {
      logger[level](line)
    } catch {
      // There is nobody left to tell.
    }
  }
  return { debug: guard('debug'), info: guard('info'), warn: guard('warn'), error: guard('error') }
}
