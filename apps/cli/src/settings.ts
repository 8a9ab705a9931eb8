import { resolve } from 'node:path'
import { usageError } from './cli-error.ts'
import { parseDuration } from './duration.ts'
import type { OptionValues } from './options.ts'

/** What the options that every command takes come to. */
export interface Settings {
  namespace: string
  dataspace: string
  /** As `--home` says, absolute; `undefined` leaves it to the environment. */
  home: string | undefined
  json: boolean
  debug: boolean
  /** As `--timeout` says; `undefined` leaves each step its default. */
  timeoutMs: number | undefined
}

/** Reads the options, then the environment. Throws `usage` for an empty name, `auto`, or an unusable time. */
export function readSettings(values: OptionValues, env: NodeJS.ProcessEnv, cwd: string): Settings {
  const dataspace = nameOf('dataspace', values.dataspace, env['MCPSTORE_DATASPACE'])
  if (dataspace === 'auto') {
    throw usageError(
      'the dataspace "auto" is new for each run, so no later command could see it',
      'Give it a name: --dataspace NAME, or leave it out for "default".',
    )
  }
  if (values.home === '') throw usageError('--home is empty', 'Name a folder: --home DIR.')
  return {
    namespace: nameOf('namespace', values.namespace, env['MCPSTORE_NAMESPACE']),
    dataspace,
    home: values.home === undefined ? undefined : resolve(cwd, values.home),
    json: values.json ?? false,
    debug: values.debug ?? false,
    timeoutMs: values.timeout === undefined ? undefined : parseDuration(values.timeout, '--timeout'),
  }
}

function nameOf(
  option: 'namespace' | 'dataspace',
  given: string | undefined,
  fromEnv: string | undefined,
): string {
  if (given?.trim() === '') throw usageError(`--${option} is empty`, `Name it: --${option} NAME.`)
  return given ?? (fromEnv?.trim() ? fromEnv : 'default')
}
