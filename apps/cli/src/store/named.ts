import type { ListedTool, ListOptions, McpStoreError, ServiceInfo, StoreContext } from '@mcpstore/core'
import { CliError } from '../failures/cli-error.ts'

/** What a word on the command line names. */
export type Named = { service: ServiceInfo; tool?: never } | { service?: never; tool: ListedTool }

type Failed = Partial<McpStoreError>

/**
 * The service of this name, else the tool that `use-tool` takes it for, in a list as `choice` wants it. @throws `unknown_service`,
 * `unknown_tool`, `ambiguous_tool`, `not_listed`
 */
export async function namedBy(services: StoreContext, name: string, choice: ListOptions): Promise<Named> {
  if (name.includes('/')) return { tool: await services.findTool(name, choice) }
  try {
    return { service: await services.serviceInfo(name) }
  } catch (thrown) {
    if ((thrown as Failed).code !== 'unknown_service') throw thrown
    return { tool: await toolOr(thrown, services, name, choice) }
  }
}

/** The tool of this name. Where a service was meant nobody is asked, and where no list has the tool `noService` is thrown. */
async function toolOr(
  noService: unknown,
  services: StoreContext,
  name: string,
  choice: ListOptions,
): Promise<ListedTool> {
  const { didYouMean, isSlip, nearest } = await import('@mcpstore/core/near')
  const names = (await services.listServices()).map((service) => service.name)
  const isService = names.length === 0 || names.some((one) => isSlip(name, one))
  try {
    const address = isService ? (await services.findTool(name, { offline: true })).name : name
    return await services.findTool(address, choice)
  } catch (thrown) {
    const { code, hint, meant } = thrown as Failed
    if (code !== 'unknown_tool' && code !== 'not_listed') throw thrown
    if (isService) throw noService
    const { names: tools, otherwise } = meant ?? { names: [], otherwise: hint }
    const near = [...nearest(name, names), ...tools]
    const question = near.length > 0 ? didYouMean(near) : undefined
    const advice = [question, otherwise].filter(Boolean).join(' ')
    const message = `there is no service and no tool "${name}"`
    if (code === 'unknown_tool') throw new CliError('unknown_service', message, advice)
    const all = `${advice}\nHave all asked once: mcpstore list-tools`
    throw new CliError('not_listed', `${message} in the tool lists that are known here`, all)
  }
}
