import type { Backend, Known, Opened } from '../backend.ts'
import type { Mirror } from '../mirror/mirror.ts'
import type { Time } from '../time.ts'
import type { LinkEvents } from './link-events.ts'

export interface OpeningParts {
  backend: Backend
  events: LinkEvents
  mirror: Mirror | undefined
  time: Time
}

/**
 * Connects to the backend, as whoever found what is given there the last time, and has everybody learn what is found.
 * @throws `BackendError`
 */
export async function openBackend(
  { backend, events, mirror, time }: OpeningParts,
  { ids, history }: Required<Pick<Known, 'ids' | 'history'>>,
): Promise<Opened> {
  const sentAt = time.now()
  const opened = await backend.open({
    ids,
    keptIds: mirror?.origin.ids ?? [],
    history: history ?? (mirror?.origin.history || undefined),
    keys: () => events.delivered(),
  })
  if (opened.now !== undefined) events.onServerTime(opened.now, sentAt)
  await mirror?.onOpened(opened)
  events.onOpened(opened)
  return opened
}
