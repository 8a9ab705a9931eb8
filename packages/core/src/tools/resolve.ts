import { kindOf, quoted } from '../config/problem.ts'
import { storeError } from '../errors.ts'
import type { House } from '../house.ts'
import { didYouMean } from '../near.ts'
import { storedName } from '../services/names.ts'
import { some } from '../services/not-found.ts'
import type { Service } from '../services/registry.ts'
import { type AskOptions, isTooOld, listServices, type ServiceList } from './listing.ts'
import type { ListedTool } from './lists/tool-list.ts'
import { exportNameOf, mayExport } from './naming.ts'
import { isAllowed } from './tool-filter.ts'
import { ambiguous, nearIn, unknown } from './unknown-tool.ts'

const FORM = 'Write service/tool, for example files/read_file.'

/** A tool that exactly one address means. */
export interface ResolvedTool {
  service: Service
  tool: ListedTool
  /** Whether its definition was fetched just now. */
  live: boolean
}

/** Passes on what may be the address of a tool. @throws `usage` for what is no text, or empty */
export function checkAddress(address: unknown): string {
  const hint = FORM
  if (typeof address !== 'string') {
    throw storeError('usage', `the address of a tool must be a string, not ${kindOf(address)}`, { hint })
  }
  if (['', '/'].includes(address.trim()))
    throw storeError('usage', 'the address of the tool is empty', { hint })
  return address
}

/**
 * The tool that `address` means: `service/tool`, an export name, or a raw or `service_tool` name that exactly one tool
 * answers to. Servers are asked only for lists that are not known, or that do not have the tool; for an export name only
 * those that may have it, as long as one of them does; for an address that is or begins with a service's name only that one; and
 * nobody for a service that is not there.
 * @throws `unknown_service`, `unknown_tool`, `ambiguous_tool`, and for one named service what listing throws.
 */
export async function resolveTool(house: House, address: string, options: AskOptions): Promise<ResolvedTool> {
  const slash = address.indexOf('/')
  const name = storedName(address.slice(0, Math.max(0, slash)))
  const service = name === '' ? undefined : house.registry.find(name)
  if (service) return ofService(house, service, address.slice(slash + 1), options)
  const services = house.registry.all().filter(({ config }) => !config.disabled)
  if (slash >= 0) return withSlash(house, address, services, options)
  const named = serviceIn(services, address)
  if (named) return ofNamed(house, address, named, services, options)
  const likely = services.filter((one) => mayHave(house, one, address))
  const exporters = likely.filter((one) => mayExport(one.name, address))
  let parts = await listServices(house, exporters, options)
  const [exported, ...more] = matches(parts, address).filter(({ tool }) => tool.exportName === address)
  // Whoever has a tool that is called so by itself gives way: nobody else is waited for.
  if (exported && more.length === 0) return notTooOld(house, exported, parts, options)
  const others = likely.filter((one) => !exporters.includes(one))
  parts = [...parts, ...(await listServices(house, others, options))]
  let found = matches(parts, address)
  if (found.length === 0 && likely.length < services.length) {
    parts = await listServices(house, services, options)
    found = matches(parts, address)
  }
  if (found.length === 1) return notTooOld(house, found[0]!, parts, options)
  if (found.length > 1) throw ambiguous(address, found)
  throw withheldBy(house, parts, address) ?? unknown(address, parts)
}

/**
 * The tool of an address whose service is not there: one with a slash in its own name. Only a service that stands before it,
 * as in `service_tool`, is asked for it; a mistyped service is a reason to ask nobody.
 */
async function withSlash(
  house: House,
  address: string,
  services: readonly Service[],
  options: AskOptions,
): Promise<ResolvedTool> {
  const owners = services.filter(({ name }) => address.startsWith(`${name}_`))
  const { found } = await inOneOf(house, address, { asked: owners, services }, options)
  if (found) return found
  const name = storedName(address.slice(0, address.indexOf('/')))
  if (name !== '') house.registry.get(name)
  const known = await listServices(house, services, { offline: true })
  const near = nearIn(known, address.slice(address.indexOf('/') + 1))
  throw storeError('usage', `the address ${quoted(address)} names no service before the "/"`, {
    hint: near.length > 0 ? didYouMean(near) : FORM,
  })
}

/** The service that an address is the name of, or begins with, before a dot: so other programs write `service/tool`. */
function serviceIn(services: readonly Service[], address: string): Service | undefined {
  if (services.some(({ name }) => address.startsWith(`${name}_`))) return undefined
  // They are in order: the longest is the last.
  return services.findLast(({ name }) => address === name || address.startsWith(`${name}.`))
}

/** The tool that is called like a service, or by a name that begins so. That service alone is asked: it was most likely meant. */
async function ofNamed(
  house: House,
  address: string,
  service: Service,
  services: readonly Service[],
  options: AskOptions,
): Promise<ResolvedTool> {
  const { found, parts } = await inOneOf(house, address, { asked: [service], services }, options)
  if (found) return found
  const own = parts.filter((part) => part.service === service)
  const lists = own.length > 0 ? own : await listServices(house, [service], { offline: true })
  const searched = [...lists, ...parts.filter((part) => part.service !== service && !part.list)]
  if (address !== service.name) {
    throw unknown(
      address,
      searched,
      nearIn(lists, `${service.name}/${address.slice(service.name.length + 1)}`),
    )
  }
  const names = lists.flatMap(({ list }) => (list?.tools ?? []).map(({ name }) => name))
  const first = names.length > 0 ? [`It is a service; say which of its tools: ${some(names)}.`] : []
  throw unknown(address, searched, [], first)
}

/** The tool of this address in those that are asked, or in a list of the others that is known. */
async function inOneOf(
  house: House,
  address: string,
  { asked, services }: { asked: readonly Service[]; services: readonly Service[] },
  options: AskOptions,
): Promise<{ found?: ResolvedTool; parts: readonly ServiceList[] }> {
  const likely = services.filter((one) => mayHave(house, one, address))
  const owners = likely.filter((one) => asked.includes(one))
  const others = likely.filter((one) => !asked.includes(one))
  const known = await listServices(house, others, { offline: true })
  const parts = [...(await listServices(house, owners, options)), ...known]
  const [found, ...more] = matches(parts, address)
  if (found && more.length > 0) throw ambiguous(address, [found, ...more])
  if (found && owners.includes(found.service))
    return { found: notTooOld(house, found, parts, options), parts }
  if (found) return { found: await ofService(house, found.service, found.tool.tool, options), parts }
  const withheld = withheldBy(house, parts, address)
  if (withheld) throw withheld
  return { parts }
}

/** Passes on what was found. @throws why its list could not be renewed, where a newer one was wanted */
function notTooOld(
  house: House,
  found: ResolvedTool,
  parts: readonly ServiceList[],
  options: AskOptions,
): ResolvedTool {
  const part = parts.find(({ service }) => service === found.service)
  if (part?.error && isTooOld(house, part, options)) throw part.error
  return found
}

async function ofService(
  house: House,
  service: Service,
  name: string,
  options: AskOptions,
): Promise<ResolvedTool> {
  if (name === '') throw unknown(`${service.name}/`, [])
  if (service.grant && !isAllowed(service.grant, name)) throw withheld(service, name)
  const find = ({ list, source }: ServiceList): ResolvedTool | undefined => {
    const tool = list?.tools.find((one) => one.tool === name)
    return tool && { service, tool, live: source === 'live' }
  }
  const [known] = await listServices(house, [service], options)
  const isFinal = options.offline || known?.source === 'live'
  const failure = known?.error?.code === 'not_loaded' && !isFinal ? undefined : known?.error
  const tool = known && find(known)
  if (tool && !(failure && isTooOld(house, known, options))) return tool
  if (failure) throw failure
  const [live] = isFinal ? [known] : await listServices(house, [service], { ...options, fresh: true })
  const late = live && find(live)
  if (late) return late
  if (live?.error) throw live.error
  throw unknown(`${service.name}/${name}`, live ? [live] : [])
}

/** Whether a tool of this address is looked for in a service: not in a list that was not read, and is known to have none. */
function mayHave({ lists, refresher }: House, service: Service, address: string): boolean {
  if (!lists.isUnread(service) || refresher.isOutdated(service)) return true
  const { count, names } = lists.known(service)!
  const answers = (tool: string) => answersTo({ service: service.name, tool }, address)
  return count === 0 || names === undefined || names.some(answers)
}

/** Whether a tool has this name, by itself or together with its service. */
function answersTo({ service, tool }: Pick<ListedTool, 'service' | 'tool'>, address: string): boolean {
  return tool === address || `${service}_${tool}` === address || exportNameOf(service, tool) === address
}

function matches(parts: readonly ServiceList[], address: string): ResolvedTool[] {
  const all = parts.flatMap(({ service, list, source }) =>
    (list?.tools ?? []).map((tool) => ({ service, tool, live: source === 'live' })),
  )
  const exported = all.filter(({ tool }) => tool.exportName === address)
  if (exported.length > 0) return exported
  return all.filter(({ tool }) => tool.tool === address || `${tool.service}_${tool.tool}` === address)
}

/** A tool that the service has, or may have, and the agent who asks may not use. */
function withheld({ name, grant }: Service, tool: string) {
  const agent = quoted(grant!.agent)
  return storeError('unknown_tool', `agent ${agent} may not use tool "${name}/${tool}"`, {
    hint: `Who assigned service "${name}" to it may allow that, see mcpstore assign --help (assignService)`,
  })
}

function withheldBy(house: House, parts: readonly ServiceList[], address: string) {
  for (const part of parts) {
    const { service } = part
    const list = service.grant && house.lists.whole(service)
    const [found] = list ? matches([{ ...part, list }], address) : []
    if (found) return withheld(service, found.tool.tool)
  }
  return undefined
}
