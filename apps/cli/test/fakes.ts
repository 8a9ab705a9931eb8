import type {
  AddReport,
  ErrorCode,
  ListedTool,
  ServiceInfo,
  Store,
  StoreContext,
  StoreStatus,
  ToolList,
  ToolSource,
} from '@mcpstore/core'
import { runCli } from '../src/cli.ts'
import type { Host } from '../src/command.ts'
import type { Settings } from '../src/command-line/settings.ts'
import type { Output } from '../src/output/output.ts'

/** An error as the library throws it. */
export function libraryError(code: ErrorCode, message: string, hint?: string): Error {
  return Object.assign(new Error(message), { code, hint })
}

export function fakeService(name: string, changes: Partial<ServiceInfo> = {}): ServiceInfo {
  const { fetchedAt = '2026-11-20T10:00:00.000Z' } = changes
  return {
    name,
    scope: 'store',
    transport: 'http',
    status: 'ok',
    toolCount: 2,
    facts: {
      wanted: 'enabled',
      phase: 'idle',
      health: 'ok',
      tools: 'fresh',
      lastError: null,
      seenBy: null,
      healthStale: false,
      retryAt: null,
      trusted: true,
      trustedBy: 'dataspace',
      signature: null,
      inert: null,
    },
    config: { type: 'http', url: `https://${name}.example/mcp` },
    server: null,
    fetchedAt,
    age: fetchedAt === null ? null : Date.now() - Date.parse(fetchedAt),
    ...changes,
  }
}

export function fakeTool(service: string, tool: string, changes: Partial<ListedTool> = {}): ListedTool {
  return {
    name: `${service}/${tool}`,
    service,
    tool,
    exportName: `${service}__${tool}`,
    description: `What ${tool} does.`,
    inputSchema: { type: 'object' },
    ...changes,
  }
}

/** What a call needs before it is made: a tool whose schema anything fits. */
export function findable(tool: ListedTool): Pick<StoreContext, 'findTool' | 'argumentProblems'> {
  return { findTool: async () => tool, argumentProblems: async () => [] }
}

export function fakeToolList(tools: ListedTool[], services: ToolSource[]): ToolList {
  return Object.assign([...tools], { services })
}

export function cached(name: string, changes: Partial<ToolSource> = {}): ToolSource {
  return {
    name,
    source: 'cache',
    fetchedAt: '2026-11-20T10:00:00.000Z',
    age: 180_000,
    stale: false,
    ...changes,
  }
}

export function fakeStatus(changes: Partial<StoreStatus> = {}): StoreStatus {
  return {
    backend: 'sqlite',
    configured: 'sqlite',
    state: 'up',
    since: '2026-11-20T10:00:00.000Z',
    reason: null,
    error: null,
    pendingWrites: 0,
    pendingCounts: 0,
    parked: [],
    missing: [],
    mirror: null,
    staleMs: null,
    namespace: 'default',
    dataspace: 'default',
    quarantined: [],
    absent: null,
    location: '/home/me/.local/share/mcpstore/local/default/default.db',
    ...changes,
  }
}

/** A report as if everything was added. */
export function added(...names: string[]): AddReport {
  const results = names.map((name) => ({ name, status: 'added' as const, config: fakeService(name).config }))
  return { results, durable: 'local' }
}

export interface Run {
  exit: number
  stdout: string
  stderr: string
  /** Arguments of each call of the library, by method. */
  calls: Record<string, unknown[][]>
  /** How often the store was opened and closed. */
  opened: Settings[]
  closed: number
}

export interface FakeWorld {
  services?: Partial<StoreContext>
  status?: StoreStatus
  store?: Partial<Store>
  host?: Partial<Host>
  stdin?: string
  /** Writes that are left when the store is closed. */
  left?: number
}

/** An output that is no terminal. */
export function fakeOutput(write: (text: string) => void): Output {
  return { write, columns: Number.POSITIVE_INFINITY, color: false, redraws: false }
}

/** Runs a command line against a store made of the given methods; what is not given fails the test when called. */
export async function run(argv: string[], world: FakeWorld = {}): Promise<Run> {
  const result: Run = { exit: -1, stdout: '', stderr: '', calls: {}, opened: [], closed: 0 }
  const record = <T extends object>(methods: T): T =>
    new Proxy(methods, {
      get(target, method) {
        const given = Reflect.get(target, method) as ((...args: unknown[]) => unknown) | undefined
        if (typeof given !== 'function') return given
        return (...args: unknown[]) => {
          const calls = result.calls[String(method)] ?? []
          result.calls[String(method)] = [...calls, args]
          return given(...args)
        }
      },
    })
  const services = record({ ...world.services } as StoreContext)
  const store = record({
    namespace: 'default',
    dataspace: 'default',
    forStore: () => services,
    events: { on: () => () => {} },
    status: () => world.status ?? fakeStatus(),
    close: async () => {
      result.closed += 1
      return { left: world.left ?? 0 }
    },
    ...world.store,
  } as Store)
  const host: Host = {
    out: fakeOutput((text) => {
      result.stdout += text
    }),
    err: fakeOutput((text) => {
      result.stderr += text
    }),
    env: {},
    cwd: import.meta.dirname,
    signal: new AbortController().signal,
    unread: new AbortController().signal,
    readStdin: async () => {
      if (world.stdin === undefined) throw new Error('stdin was read')
      return world.stdin
    },
    writeObstacle: async () => undefined,
    confirm: undefined,
    ask: undefined,
    statusLine: undefined,
    openStore: async (settings) => {
      result.opened.push(settings)
      return store
    },
    listDataspaces: async () => ({ dataspaces: [], unnamed: [] }),
    noteAnswer: () => {},
    ...world.host,
  }
  result.exit = await runCli(argv, host)
  return result
}
