import type { House } from '../house.ts'
import { checkServiceName } from '../services/names.ts'
import type { Service } from '../services/registry.ts'
import { listServices, type RenewOptions } from '../tools/listing.ts'
import type { ListedTool } from '../tools/lists/tool-list.ts'
import type { ToolsDiff } from './tools-diff.ts'

/** How the tools differ from what they were; see `StoreContext.diffTools`. */
export async function diffTools(house: House, name: string, options: RenewOptions): Promise<ToolsDiff> {
  const { service, tools } = await offerOf(house, name, options)
  return (await house.pins.keeper()).diff(service, tools)
}

/** Pins what the tools are now; see `StoreContext.acceptTools`. */
export async function acceptTools(house: House, name: string, options: RenewOptions): Promise<ToolsDiff> {
  const { service, tools } = await offerOf(house, name, options)
  const keeper = await house.pins.keeper()
  const diff = keeper.diff(service, tools)
  await keeper.accept(service, tools)
  return diff
}

/** All tools of a service, also those that an agent may not use: a pin is about the service. */
async function offerOf(
  house: House,
  given: string,
  options: RenewOptions,
): Promise<{ service: Service; tools: readonly ListedTool[] }> {
  const service = house.registry.get(checkServiceName(given))
  const [part] = await listServices(house, [service], { ...options, insist: options.fresh })
  const { error, list } = part!
  if (error && (!list || options.fresh || error.code === 'untrusted')) throw error
  return { service, tools: house.lists.whole(service)?.tools ?? list?.tools ?? [] }
}
