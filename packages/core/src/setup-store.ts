import manifest from '@mcpstore/core/package.json' with { type: 'json' }
import {
  Dataspace,
  type Logger,
  loggedBackend,
  parseRecordKey,
  randomId,
  silentLogger,
  systemTime,
} from '@mcpstore/storage'
import { storeError } from './errors.ts'
import { ServiceNews } from './events/service-news.ts'
import { stderrLogger } from './logger.ts'
import type { LogKeeperOptions } from './logs/log-keeper.ts'
import { type StorePlace, storePlace } from './options/backends.ts'
import { resolveOptions } from './options/resolve-options.ts'
import type { ResolvedOptions, StoreOptions } from './options/store-options.ts'
import { Pins } from './pins/pins.ts'
import { Reach, type ReachParts } from './reach.ts'
import { withoutSecrets } from './secrets/environment.ts'
import { Keyring } from './secrets/keyring.ts'
import { Vault } from './secrets/vault.ts'
import { Registry } from './services/registry.ts'
import { Store } from './store.ts'
import { Turns } from './tools/calls/turns.ts'
import { CachedLists } from './tools/lists/cached-list.ts'
import { ListChanges } from './tools/lists/list-changes.ts'
import { OutdatedLists } from './tools/lists/outdated-lists.ts'
import { Refresher } from './tools/lists/refresh.ts'
import { RefreshLeases } from './tools/lists/refresh-lease.ts'
import { projector } from './tools/projection.ts'
import { approvalsOf } from './trust/approvals-of.ts'
import { Approver } from './trust/approver.ts'
import { Gate } from './trust/gate.ts'
import { Signatures } from './trust/signatures.ts'
import { witnessChanges } from './trust/witness.ts'

/**
 * Opens a store: in memory, with `local` in a file that other processes share, or with `redis` where other machines do.
 * Starts no server. A storage that does not answer does not fail it: `status()` tells.
 * @throws `usage` for an option that is unknown or wrong, `unavailable` when Redis is not reached and `policy` is `strict`
 */
export async function setupStore(given: StoreOptions = {}): Promise<Store> {
  const options = resolveOptions(given)
  const logger = loggerOf(options)
  const name = options.dataspace === 'auto' ? `auto-${randomId(systemTime)}` : options.dataspace
  const place = await storePlace(options, name)
  const { backend: plain, tier } = place
  const backend = options.debug ? loggedBackend(plain, logger) : plain
  const { namespace, socketTimeoutMs: waitMs } = options
  const dataspace = new Dataspace({
    backend,
    namespace,
    dataspace: name,
    logger,
    waitMs,
    version: manifest.version,
    // Whoever is gone in a moment reads only what he uses.
    values: options.refreshBehind ? 'behind' : 'asked',
    ...tier,
  })
  await dataspace.open()
  if (options.policy === 'strict') await refuseUnread(dataspace)
  return storeOver(dataspace, options, logger, place)
}

/** A store of what is in a dataspace that is open. */
export function storeOver(
  dataspace: Dataspace,
  options: ResolvedOptions,
  logger: Logger,
  { instead, logs: logFolder }: Pick<StorePlace, 'instead' | 'logs'> = {},
): Store {
  const tasks = new Set<Promise<unknown>>()
  const behind = (task: Promise<unknown>) => {
    const tracked = task
      .catch((error: Error) => logger.debug(error.message))
      .finally(() => tasks.delete(tracked))
    tasks.add(tracked)
  }
  const registry = Registry.over(dataspace, logger)
  const approvals = approvalsOf(options)
  const { secrets, trust } = options
  const env = withoutSecrets(options.env, secrets)
  const keys = new Keyring({ secrets, place: dataspace, logger })
  const [vault, signatures] = [new Vault(keys), new Signatures(keys, dataspace)]
  const gate = new Gate({ dataspace, approvals, trust, signatures, vault, env, logger })
  const approver = new Approver({ gate, approvals, logger })
  const lists = new CachedLists(dataspace, gate)
  const pins = new Pins({ options, dataspace, gate, lists, logger })
  const onToolsChanged = (id: string) => changes.noticed(id)
  const news = new ServiceNews(dataspace)
  const tell = (id: string) => news.tell(id)
  const onMet: ReachParts['onMet'] = (id, server) => changes.met(id, server)
  const logs = logFolder === undefined ? undefined : keptLogs(logFolder, registry, options, logger)
  const told = { behind, onToolsChanged, onMet, onPhase: tell }
  const reach = new Reach({ options, dataspace, gate, logger, logs, ...told })
  if (keys.hasSecret) witnessChanges({ dataspace, records: registry.records, signatures, behind })
  for (const prefix of ['services:', 'agents:']) {
    dataspace.watch(prefix, ({ key }) => {
      if (parseRecordKey(key)?.kind !== 'config') return
      const service = registry.records.byId(key)
      if (!service) {
        lists.forget(key)
        refresher.removed(key)
      }
      reach.reconsider(key, service)
    })
  }
  const project = projector({ dataspace, logger, behind })
  const leases = new RefreshLeases({ dataspace, news, behind })
  const outdated = new OutdatedLists({ dataspace, behind })
  const asking = { options, dataspace, lists, outdated, leases, reach, gate, logger, project, onKept: tell }
  const refresher = new Refresher(asking)
  const { records } = registry
  const changes = new ListChanges({ records, lists, reach, refresher, logger, behind, options })
  const { maxCallsPerService } = options
  const turns = maxCallsPerService === undefined ? undefined : new Turns(maxCallsPerService)
  const parts = { registry, gate, approver, signatures, vault, pins, lists, reach, refresher, news, turns }
  const shared = { options, logger, dataspace, instead, logFolder, behind, closed: false }
  return new Store({ ...shared, ...parts }, async () => {
    await Promise.all(tasks)
  })
}

function loggerOf({ logger, debug }: ResolvedOptions): Logger {
  if (logger === false) return silentLogger
  return logger ?? stderrLogger({ debug })
}

/** How what services say is kept, where that is wanted. */
function keptLogs(
  folder: string,
  { records }: Registry,
  { serviceLogs }: ResolvedOptions,
  logger: Logger,
): ReachParts['logs'] {
  if (!serviceLogs) return undefined
  const warn = ({ message }: Error) => logger.warn(`what services say cannot be kept: ${message}`)
  const isThere: LogKeeperOptions['isThere'] = (service) => records.find(service) !== undefined
  return { folder, isThere, onProblem: typeof serviceLogs === 'object' ? serviceLogs.onProblem : warn }
}

/** Under `strict` nothing begins before the storage was read once. */
async function refuseUnread(dataspace: Dataspace): Promise<void> {
  const { staleMs, error, reason } = dataspace.status()
  if (staleMs !== null) return
  await dataspace.close()
  throw storeError('unavailable', `the policy is strict, and ${reason}`, {
    hint: error?.hint,
    cause: error ?? undefined,
  })
}
