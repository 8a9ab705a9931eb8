import { ClientContext } from '../clients/client-context.ts'
import { isObject } from '../config/problem.ts'
import { checkMethodOptions } from '../options/option-checks.ts'
import { checkServiceName } from '../services/names.ts'
import type { ArgumentProblem } from './calls/check-arguments.ts'
import type { ListOptions } from './listing.ts'
import type { ListedTool } from './lists/tool-list.ts'
import { checkAddress, resolveTool } from './resolve.ts'
import type { SearchOptions, ToolSearch } from './search/search-tools.ts'
import { type ToolStats, toolStats } from './tool-stats.ts'

/** What one can find out about tools without calling one. */
export class ToolContext extends ClientContext {
  /**
   * The tools, of all services or of one, that have all words of `query` in their names, descriptions or schemas, the best
   * first; in the lists that are known here, without asking anybody. A word that is nowhere is taken for those it comes near.
   * @throws `usage`, `unknown_service`
   */
  async searchTools(query: string, options: SearchOptions & { service?: string } = {}): Promise<ToolSearch> {
    checkMethodOptions('searchTools', options)
    const { registry } = this.house
    const { service } = options
    const searched =
      service === undefined
        ? registry.all().filter(({ config }) => !config.disabled)
        : [registry.get(checkServiceName(service))]
    const { searchTools } = await import('./search/search-tools.ts')
    return searchTools(this.house, searched, query, options)
  }

  /**
   * The definition of the tool an address means, see `useTool`, in a list as `listTools` has it with these options.
   * @throws `unknown_tool`, `ambiguous_tool`, `not_listed`
   */
  async findTool(tool: string, options: ListOptions = {}): Promise<ListedTool> {
    checkMethodOptions('findTool', options)
    const asked = { ...options, insist: options.fresh }
    const found = await resolveTool(this.house, checkAddress(tool), asked)
    await this.house.pins.review([found])
    return found.tool
  }

  /**
   * What was counted of the tools that were called, by all processes together: of all, or of those that `tool` names,
   * as `service/tool` or by their own name. @throws `unavailable` when there are none and nobody can know.
   */
  async toolStats(tool?: string): Promise<ToolStats[]> {
    return toolStats(this.house, tool)
  }

  /**
   * What is wrong with arguments for a tool, by its definition as it was listed or found, or as `findTool` finds that of an address;
   * nothing is called. @throws `bad_arguments`, for an address as `findTool`, and `usage` for what is neither
   */
  async argumentProblems(tool: ListedTool | string, args: object): Promise<ArgumentProblem[]> {
    const definition = isObject(tool) ? tool : await this.findTool(tool)
    const [{ argumentProblems }, { readArguments }] = await Promise.all([
      import('./calls/check-arguments.ts'),
      import('./calls/read-arguments.ts'),
    ])
    return argumentProblems(definition, readArguments(args))
  }
}
