import type { Store, StoreContext, StoreStatus } from '@mcpstore/core'
import type { CommandContext } from '../command.ts'
import { CliError } from '../failures/cli-error.ts'
import { toolErrorExit } from '../failures/exit-codes.ts'
import type { ToldProgress } from '../process/status-line.ts'

/** What is said of an interruption where nothing else is known of it. */
export const INTERRUPTED = 'interrupted'
/** A process that only listens has nothing else that keeps it. */
const KEEP_ALIVE_MS = 2 ** 30

/** The work's result, or an `aborted` error as soon as the user interrupts; the work is then left alone. */
export function untilInterrupted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const interrupt = (): void => reject(new CliError('aborted', INTERRUPTED))
    if (signal.aborted) interrupt()
    signal.addEventListener('abort', interrupt, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', interrupt))
  })
}

/** Resolves when the user interrupts it, or nobody reads its output any more. */
export async function untilEnded({
  signal,
  unread,
}: Pick<CommandContext, 'signal' | 'unread'>): Promise<void> {
  const timer = setInterval(() => {}, KEEP_ALIVE_MS)
  const either = AbortSignal.any([signal, unread])
  await new Promise<void>((resolve) => {
    if (either.aborted) resolve()
    either.addEventListener('abort', () => resolve(), { once: true })
  })
  clearInterval(timer)
}

/**
 * The work's result. On a terminal a line says meanwhile what is waited for, and what the work tells of its progress;
 * the work is given no way to tell where nobody would see it.
 */
export async function whileWaiting<T>(
  { settings, signal, statusLine }: Pick<CommandContext, 'settings' | 'signal' | 'statusLine'>,
  what: string,
  work: (tell?: (progress: ToldProgress) => void) => Promise<T>,
): Promise<T> {
  const line = settings.json || settings.quiet ? undefined : await statusLine?.()
  if (!line) return work()
  const end = (): void => line.end()
  line.begin(what)
  // Nobody waits for interrupted work; it may never end.
  signal.addEventListener('abort', end, { once: true })
  try {
    return await work((progress) => line.tell(progress))
  } finally {
    signal.removeEventListener('abort', end)
    end()
  }
}

/** The services a command works on: the store's, or with `--agent` those that this agent sees. */
export function servicesOf(store: Store, { agent }: { agent?: string | undefined }): StoreContext {
  return agent === undefined ? store.forStore() : store.forAgent(agent)
}

interface SessionOptions {
  /** The work tells of a storage that does not answer itself. */
  evenIfDown?: boolean
  /** The work tells what became of its changes itself. */
  writes?: boolean
  /** What is shown is whole without Redis: of an outage only what could not be handed on matters. */
  whole?: boolean
  /** The work goes on until it is interrupted, ends by itself then, and says itself how the storage is. */
  endless?: boolean
}

/**
 * Opens the store, does the work, and closes the store whatever happened, which ends every server that was started.
 * Throws the store's own error when a local file cannot be read; without Redis the work goes on with what is known here,
 * and a warning says so.
 */
export async function withStore<T>(
  context: CommandContext,
  work: (store: Store) => Promise<T>,
  { evenIfDown = false, writes = false, whole = false, endless = false }: SessionOptions = {},
): Promise<T> {
  await warnOfSecret(context)
  const store = await untilInterrupted(context.signal, context.openStore())
  const before = store.status()
  const begin = async (): Promise<T> => {
    if (!evenIfDown) {
      refuseDown(before)
      await warnOfAbsence(context, before, { writes })
    }
    return work(store)
  }
  const working = begin()
  const session = async (): Promise<T> => {
    let isTold = false
    let failed = true
    try {
      const result = await (endless ? working : untilInterrupted(context.signal, working))
      failed = typeof result === 'number' && result !== 0 && result !== toolErrorExit
      if (!evenIfDown && !endless)
        isTold = await warnOfOutage(context, store.status(), { isWhole: writes || whole })
      return result
    } finally {
      const { left } = await store.close()
      if (!writes) await warnOfUnsaved(context, { before, status: store.status(), left, isTold, failed })
    }
  }
  return session().catch(async (thrown) => {
    throw context.signal.aborted ? await interruption(working, thrown) : thrown
  })
}

/** What the work says of its own end, if it was told of the interruption and says something by now. */
async function interruption(work: Promise<unknown>, otherwise: unknown): Promise<unknown> {
  const said = await Promise.race([
    work.then(
      () => undefined,
      (thrown) => thrown,
    ),
    new Promise<undefined>((resolve) => setImmediate(resolve, undefined)),
  ])
  if (said?.code !== 'aborted' || said.message === INTERRUPTED) return otherwise
  const hint = said.hint && `${said.hint} No server that was started for it runs any more.`
  return new CliError('aborted', `${INTERRUPTED}: ${said.message}`, hint)
}

function refuseDown({ configured, state, error, reason }: StoreStatus): void {
  if (configured === 'redis' || state !== 'down') return
  throw error ?? new CliError('storage', `the data cannot be read: ${reason ?? 'no reason is known'}`)
}

/** Before anything is done with it. With `--debug` the library says it, too, of what it was given. */
async function warnOfSecret({ settings, env, err }: CommandContext): Promise<void> {
  if (settings.json || !settings.secret) return
  const [{ secretWarnings }, { writeWarning }] = await Promise.all([
    import('../command-line/secret-warnings.ts'),
    import('../failures/failure.ts'),
  ])
  for (const { message, hint } of secretWarnings(settings.secret, env)) writeWarning(err, message, hint)
}

/** How a server is asked: until the user interrupts it, and as long as `--timeout` says. */
export function askOptions({
  signal,
  settings: { timeoutMs },
}: Pick<CommandContext, 'settings' | 'signal'>): {
  signal: AbortSignal
  timeout?: number
} {
  return { signal, ...(timeoutMs !== undefined && { timeout: timeoutMs }) }
}

/** Why no change can be saved in the local file, as far as permissions tell; of Redis they tell nothing. */
export async function obstacleTo(
  { writeObstacle }: Pick<CommandContext, 'writeObstacle'>,
  { configured, location }: StoreStatus,
): Promise<Error | undefined> {
  return configured === 'sqlite' && location !== null ? writeObstacle(location) : undefined
}

async function warnOfAbsence(
  { settings, err }: CommandContext,
  status: StoreStatus,
  { writes }: { writes: boolean },
): Promise<void> {
  if (settings.json || !status.absent) return
  const [{ absenceWarning }, { writeWarning }] = await Promise.all([
    import('./absence.ts'),
    import('../failures/failure.ts'),
  ])
  const warning = absenceWarning(status, { writes })
  if (warning) writeWarning(err, warning.message, warning.hint)
}

/** The same for work that changes something, and tells itself what became of that. */
export function withStoreToChange<T>(
  context: CommandContext,
  work: (store: Store) => Promise<T>,
): Promise<T> {
  return withStore(context, work, { writes: true })
}

/** What was shown may be old, or not all there is; what was kept on this machine may not be used. Answers whether it said why. */
async function warnOfOutage(
  context: CommandContext,
  { backend, configured, mirror, reason, error }: StoreStatus,
  { isWhole }: { isWhole: boolean },
): Promise<boolean> {
  if (context.settings.json || (backend === configured && !mirror?.problem)) return false
  await warnOfMirror(context, { mirror })
  if (isWhole || backend === configured) return false
  const { writeWarning } = await import('../failures/failure.ts')
  writeWarning(context.err, `Redis is not reached, what is shown may be incomplete: ${reason}`, error?.hint)
  return true
}

/** What this machine has kept is of no use, or nothing can be kept, and what to do about it. */
export async function warnOfMirror(
  { settings, err }: Pick<CommandContext, 'settings' | 'err'>,
  { mirror }: Pick<StoreStatus, 'mirror'>,
): Promise<void> {
  if (settings.json || !mirror?.problem) return
  const { writeWarning } = await import('../failures/failure.ts')
  writeWarning(err, mirror.problem, mirror.hint)
}

/**
 * What was found out by the way, and what waits since an earlier command, Redis does not have. With `--json` only what is lost
 * is said, and only where no error stands on the one line that stderr may have.
 */
async function warnOfUnsaved(
  { err, settings: { json } }: CommandContext,
  now: { before: StoreStatus; status: StoreStatus; left: number; isTold: boolean; failed: boolean },
): Promise<void> {
  if ((json && now.failed) || (now.left === 0 && now.status.pendingCounts === 0)) return
  const [{ unsavedWarning }, { writeWarning, writeWarningLine }] = await Promise.all([
    import('./durability.ts'),
    import('../failures/failure.ts'),
  ])
  const warning = unsavedWarning(now)
  if (!warning) return
  if (!json) writeWarning(err, warning.message, warning.hint)
  else if (warning.isLost) writeWarningLine(err, { code: 'not_durable', ...warning })
}
