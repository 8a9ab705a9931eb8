import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { workspaceRoot } from './modules.ts'

export interface Tarball {
  name: string
  version: string
  /** Absolute path of the `.tgz`. */
  filename: string
}

/**
 * The published packages as users download them. Packs what `dist` holds: build first.
 *
 * @param folder Where to put them; `MCPSTORE_TARBALLS`, if set, is used instead and may be filled already.
 */
export async function packWorkspace(folder: string): Promise<Tarball[]> {
  const target = process.env['MCPSTORE_TARBALLS'] ?? folder
  const { stdout } = await promisify(execFile)(process.execPath, [`${workspaceRoot}scripts/pack.mjs`, target])
  return JSON.parse(stdout)
}
