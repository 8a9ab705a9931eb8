import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileSegment, type Logger, type Scope } from '@mcpstore/storage'
import { asError } from '../errors.ts'
import { asideOf } from './log-file.ts'

/** Whose log is meant. */
export interface LogOf {
  scope: Scope
  name: string
}

/** The file of a service in the folder of its dataspace, apart from those of other agents. */
export function logPath(folder: string, { scope, name }: LogOf): string {
  const file = `${fileSegment(name)}.log`
  return scope === 'store' ? join(folder, file) : join(folder, 'agents', fileSegment(scope.agent), file)
}

/** Removes what is kept on this machine of a service, or of all of them. Nothing is undone where that fails: it is said. */
export async function removeLogs(
  { logFolder, logger }: { logFolder: string | undefined; logger: Pick<Logger, 'warn'> },
  service?: LogOf,
): Promise<void> {
  if (logFolder === undefined) return
  const path = service && logPath(logFolder, service)
  try {
    for (const one of path === undefined ? [logFolder] : [path, asideOf(path)]) {
      await rm(one, { recursive: true, force: true })
    }
  } catch (thrown) {
    logger.warn(`what services said is left in ${path ?? logFolder}: ${asError(thrown).message}`)
  }
}
