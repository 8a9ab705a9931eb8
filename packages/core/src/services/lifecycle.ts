import { countdown, LONGEST_TIMER_MS, within } from '../connections/deadline.ts'
import type { House } from '../house.ts'
import type { Reach } from '../reach.ts'
import type { AskOptions } from './ask-all.ts'
import { serviceId } from './keys.ts'
import { checkServiceName } from './names.ts'

/** The restarts that are under way: who asks for one meanwhile gets that. */
const restarts = new WeakMap<Reach, Map<string, Promise<void>>>()

/** Opens the service's connection and keeps it open; see `StoreContext.connectService`. */
export async function connectService(
  house: House,
  name: string,
  { timeout, signal }: AskOptions,
): Promise<void> {
  const service = house.registry.get(checkServiceName(name))
  const bounds = { timeoutMs: timeout ?? house.options.connectTimeoutMs, signal }
  await house.reach.use(service, { ...bounds, keep: true, insist: true }, async () => {})
}

/** Ends the connection; see `StoreContext.disconnectService`. */
export async function disconnectService({ reach, registry }: House, name: string): Promise<void> {
  const stored = checkServiceName(name)
  const service = registry.find(stored)
  if (!service) registry.requireOwn(stored)
  await reach.disconnect(service ?? { id: serviceId({ scope: registry.scope, name: stored }) })
}

/** Ends the connection, opens another one and fetches the tools with it; see `StoreContext.restartService`. */
export async function restartService(
  house: House,
  given: string,
  { timeout, signal }: AskOptions,
): Promise<void> {
  const { id, name } = house.registry.get(checkServiceName(given))
  const unlessAborted = (work: Promise<void>) =>
    within({ timeoutMs: LONGEST_TIMER_MS, signal }, `the restart of service "${name}"`, work)
  // Nothing is begun for who has given up already.
  await unlessAborted(Promise.resolve())
  const running = restarts.get(house.reach) ?? new Map<string, Promise<void>>()
  restarts.set(house.reach, running)
  const begun =
    running.get(id) ??
    restart(house, name, timeout ?? house.options.connectTimeoutMs).finally(() => running.delete(id))
  running.set(id, begun)
  await unlessAborted(begun)
}

async function restart(
  { reach, refresher, registry }: House,
  name: string,
  timeoutMs: number,
): Promise<void> {
  await reach.disconnect(registry.get(name))
  const left = countdown({ timeoutMs })
  const since = refresher.now()
  const service = registry.get(name)
  // A list that was asked for on the old connection fails with it, and must not be joined.
  await reach.use(service, { ...left(), insist: true }, async () => {})
  await refresher.refresh(service, { ...left(), insist: true, since })
}
