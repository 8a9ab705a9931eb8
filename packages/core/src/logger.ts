import type { Logger } from '@mcpstore/storage'

/** What a library may say by itself: warnings and errors, one line each, on stderr; with `debug` everything. */
export function stderrLogger({ debug = false }: { debug?: boolean } = {}): Logger {
  const say = (level: string) => (line: string) => void process.stderr.write(`mcpstore ${level} ${line}\n`)
  const quiet = () => {}
  return {
    debug: debug ? say('debug') : quiet,
    info: debug ? say('info') : quiet,
    warn: say('warn'),
    error: say('error'),
  }
}
