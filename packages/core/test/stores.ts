import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Store, type StoreOptions, setupStore } from '@mcpstore/core'
import { later } from '../../../tests/support/cleanups.ts'

const servers = fileURLToPath(new URL('../../../tests/fixtures/servers/', import.meta.url))

/** A folder of the test's own. */
export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mcpstore-store-'))
  later(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A store that is closed after the test and logs into `lines`. */
export async function open(options: StoreOptions = {}): Promise<Store & { lines: string[] }> {
  const lines: string[] = []
  const keep = (level: string) => (line: string) => void lines.push(`${level} ${line}`)
  const logger = { debug: keep('debug'), info: keep('info'), warn: keep('warn'), error: keep('error') }
  const store = await setupStore({ logger, ...options })
  later(() => store.close())
  return Object.assign(store, { lines })
}

/** A fixture server as people's files start one; `settings` are those of tests/fixtures/servers. */
export function server(settings: object = {}) {
  return { command: process.execPath, args: [join(servers, 'stdio.mjs'), JSON.stringify(settings)] }
}

/** Counts the lines of a file that a fixture server writes to. */
export function linesOf(file: string): number {
  // A file that was opened and not written to yet has none.
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean).length : 0
}

/** What a promise rejects with. Fails the test if it does not. */
export async function failureOf(promise: Promise<unknown>): Promise<Error & { code: string; hint?: string }> {
  const nothing = Symbol('nothing')
  const thrown = await promise.then(
    () => nothing,
    (error) => error,
  )
  if (thrown === nothing) throw new Error('it did not fail')
  return thrown
}

/** What is due now has been done. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
