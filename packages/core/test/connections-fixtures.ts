import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { later } from '../../../tests/support/cleanups.ts'
import { until as holds, isRunning } from '../../../tests/support/processes.ts'
import type { RemoteConfig, ServiceConfig, StdioConfig } from '../src/config/service-config.ts'
import type { ConnectOptions } from '../src/connections/connector.ts'
import { type Connection, createConnector } from '../src/connections/index.ts'
import type { HostHandlers } from '../src/host/handlers.ts'
import { Host } from '../src/host/host.ts'

const servers = fileURLToPath(new URL('../../../tests/fixtures/servers/', import.meta.url))

export { isRunning, later }

/** A folder of the test's own. */
export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mcpstore-connections-'))
  later(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export function stdioConfig(settings: object = {}, more: Partial<StdioConfig> = {}): StdioConfig {
  const args = [join(servers, 'stdio.mjs'), JSON.stringify(settings)]
  return { type: 'stdio', command: process.execPath, args, ...more }
}

/** A server that speaks 2026-07-28 only. */
export function modernConfig(settings: object = {}, more: Partial<StdioConfig> = {}): StdioConfig {
  const args = [join(servers, 'modern-stdio.mjs'), JSON.stringify(settings)]
  return { type: 'stdio', command: process.execPath, args, protocol: '2026-07-28', ...more }
}

/** Connects to `config` under the name "demo"; closed after the test. */
export async function connect(
  config: ServiceConfig,
  options: Partial<ConnectOptions> = {},
  warn?: (line: string) => void,
  handlers: HostHandlers = {},
): Promise<Connection> {
  const host = new Host(handlers, { warn: warn ?? (() => {}) })
  const connection = await createConnector({ warn, host }).connect('demo', config, {
    timeoutMs: 20_000,
    ...options,
  })
  later(() => connection.close())
  return connection
}

/** What a promise rejects with. Fails the test if it does not. */
export async function failureOf(promise: Promise<unknown>): Promise<Error & { code: string; hint?: string }> {
  try {
    await promise
  } catch (error) {
    return error as Error & { code: string }
  }
  throw new Error('it did not fail')
}

export interface Remote {
  url: string
  /** The requests it had so far, over how many connections, and how many event streams are open. */
  seen(): Promise<{
    log: { method: string; url: string; rpc?: string; headers: Record<string, string> }[]
    streams: number
    connections: number
    /** Requests under way, the streams among them. */
    open: number
  }>
  /** Makes it forget all sessions, or of its authorization server the access or the refresh tokens. */
  forget(what?: 'sessions' | 'access' | 'refresh'): Promise<void>
  stop(): Promise<void>
}

/** Starts the HTTP fixture that speaks 2026-07-28 only; stopped after the test. `become` makes it one of the other era. */
export async function startModern(
  settings: object = {},
): Promise<Remote & { become(era: 'legacy' | 'modern'): Promise<unknown> }> {
  const remote = await startRemote(settings, 'modern-http.mjs')
  const become = (era: string) => fetch(new URL('/era', remote.url), { method: 'POST', body: era })
  return { ...remote, become }
}

/** Starts the HTTP fixture; stopped after the test. */
export async function startRemote(settings: unknown = {}, program = 'http.mjs'): Promise<Remote> {
  const child = spawn(process.execPath, [join(servers, program), JSON.stringify(settings)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const stop = (): Promise<void> => {
    child.kill('SIGKILL')
    return ended
  }
  later(stop)
  const port = await new Promise<string>((resolve) => createInterface(child.stdout).once('line', resolve))
  const origin = `http://127.0.0.1:${port}`
  const seen: Remote['seen'] = async () => (await fetch(`${origin}/log`)).json() as ReturnType<Remote['seen']>
  const forgotten = { sessions: 'forget', access: 'expire', refresh: 'revoke' }
  const forget: Remote['forget'] = async (what = 'sessions') =>
    void (await fetch(`${origin}/${forgotten[what]}`))
  return { url: `${origin}/mcp`, seen, forget, stop }
}

export function remoteConfig(url: string, more: Partial<RemoteConfig> = {}): RemoteConfig {
  return { type: 'http', url, ...more }
}

/** The lines of a file that a fixture writes; none while it does not exist. */
export function linesOf(file: string): string[] {
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []
}

/** Process ids of those that still run in the process group `id`; zombies do not. */
export function runningInGroup(id: number): number[] {
  return processes().flatMap(({ pid, group }) => (group === id ? [pid] : []))
}

/** The process group of a process that runs. */
export function groupOf(id: number): number | undefined {
  return processes().find(({ pid }) => pid === id)?.group
}

/** All that run, zombies left out. */
export function processes(): { pid: number; group: number; parent: number; command: string }[] {
  const table = execFileSync('ps', ['-A', '-o', 'pid=,pgid=,ppid=,stat=,args='], { encoding: 'utf8' })
  return table.split('\n').flatMap((line) => {
    const [pid, group, parent, state, ...words] = line.trim().split(/\s+/)
    if (!state || state.startsWith('Z')) return []
    return [{ pid: Number(pid), group: Number(group), parent: Number(parent), command: words.join(' ') }]
  })
}

/** Waits for something that no event tells. Fails the test when that takes too long. */
export function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  return holds(`${condition}`, condition)
}
