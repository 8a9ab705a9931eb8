import { resolve } from 'node:path'
import {
  type Backend,
  Dataspace,
  type Logger,
  localFile,
  loggedBackend,
  memoryBackend,
  randomId,
  silentLogger,
  sqliteBackend,
  systemTime,
} from '@mcpstore/storage'
import { homeFolder } from './home.ts'
import { stderrLogger } from './logger.ts'
import { type ResolvedOptions, resolveOptions, type StoreOptions } from './options.ts'
import { Reach } from './reach.ts'
import { Registry } from './services/registry.ts'
import { Store } from './store.ts'
import { CachedLists } from './tools/cached-list.ts'
import { ListChanges } from './tools/list-changes.ts'
import { Refresher } from './tools/refresh.ts'
import { approvalsOf } from './trust/approvals-of.ts'
import { Approver } from './trust/approver.ts'
import { Gate } from './trust/gate.ts'

/**
 * Opens a store: in memory, or with `local` in a file that other processes share. Starts no server. A storage that
 * does not answer does not fail it: `status()` tells. @throws `usage` for an option that is unknown or wrong
 */
export async function setupStore(given: StoreOptions = {}): Promise<Store> {
  const options = resolveOptions(given)
  const logger = loggerOf(options)
  const dataspaceName = options.dataspace === 'auto' ? `auto-${randomId(systemTime)}` : options.dataspace
  const plain = backendOf(options, dataspaceName)
  const backend = options.debug ? loggedBackend(plain, logger) : plain
  const { namespace, socketTimeoutMs: waitMs } = options
  const dataspace = await new Dataspace({
    backend,
    namespace,
    dataspace: dataspaceName,
    logger,
    waitMs,
  }).open()
  return storeOver(dataspace, options, logger)
}

/** A store of what is in a dataspace that is open. */
export function storeOver(dataspace: Dataspace, options: ResolvedOptions, logger: Logger): Store {
  const tasks = new Set<Promise<unknown>>()
  const behind = (task: Promise<unknown>) => {
    const tracked = task
      .catch((error: Error) => logger.debug(error.message))
      .finally(() => tasks.delete(tracked))
    tasks.add(tracked)
  }
  const registry = new Registry(dataspace, logger)
  const approvals = approvalsOf(options)
  const gate = new Gate({ dataspace, approvals, trust: options.trust, env: options.env, logger })
  const approver = new Approver({ gate, approvals, logger })
  const lists = new CachedLists(dataspace, gate)
  const onToolsChanged = (service: string) => changes.noticed(service)
  const reach = new Reach({ options, dataspace, gate, logger, behind, onToolsChanged })
  const refresher = new Refresher({ options, lists, reach, gate, logger })
  const changes = new ListChanges({ registry, reach, refresher, logger, behind, options })
  const parts = { registry, gate, approver, lists, reach, refresher }
  return new Store({ options, logger, dataspace, ...parts, behind, closed: false }, async () => {
    await Promise.all(tasks)
  })
}

function loggerOf({ logger, debug }: ResolvedOptions): Logger {
  if (logger === false) return silentLogger
  return logger ?? stderrLogger({ debug })
}

function backendOf({ local, home, env, namespace, cwd }: ResolvedOptions, dataspace: string): Backend {
  if (local === false) return memoryBackend()
  const file =
    typeof local === 'string'
      ? resolve(cwd, local)
      : localFile(homeFolder({ home, env }), namespace, dataspace)
  return sqliteBackend({ file })
}
