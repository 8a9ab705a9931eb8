import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Whoever names no home folder in a test has one that goes with the tests, and never that of who runs them. */
export default function ownHome(): () => void {
  const home = mkdtempSync(join(tmpdir(), 'mcpstore-tests-'))
  process.env['MCPSTORE_HOME'] = home
  return () => rmSync(home, { recursive: true, force: true })
}
