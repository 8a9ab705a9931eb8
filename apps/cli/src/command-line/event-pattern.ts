import type { StoreEventMap, StoreEventName } from '@mcpstore/core'

/** One event, with its name. */
export type StoreEvent = { [Name in StoreEventName]: { event: Name } & StoreEventMap[Name] }[StoreEventName]

type FitsGlob = (glob: string, text: string) => boolean

/**
 * Which events are shown. `given` is a glob over the names of services, or two with a colon between, of which the first is
 * over the names of events; what stands before a colon and fits no event is a part of the name of a service.
 */
export function eventPattern(
  given: string,
  { names, fits }: { names: readonly StoreEventName[]; fits: FitsGlob },
): (event: StoreEvent) => boolean {
  const colon = given.indexOf(':')
  const isOfEvents = colon > 0 && names.some((name) => fits(given.slice(0, colon), name))
  const [events, services] = isOfEvents ? [given.slice(0, colon), given.slice(colon + 1)] : ['*', given]
  return (event) => {
    // Whether silence means that nothing happens.
    if (event.event === 'storageChanged') return true
    return fits(events, event.event) && fits(services, serviceOf(event))
  }
}

/** The service an event is about; empty for what is about none. */
function serviceOf(event: StoreEvent): string {
  if ('service' in event) return event.service
  const segment = 'key' in event ? /(?:^|:)services:([^:]+):/.exec(event.key)?.[1] : undefined
  try {
    return decodeURIComponent(segment ?? '')
  } catch {
    return segment ?? ''
  }
}
