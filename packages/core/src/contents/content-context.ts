import { type House, whileOpen } from '../house.ts'
import { checkMethodOptions } from '../options/option-checks.ts'
import type { AskOptions } from '../services/ask-all.ts'
import type { CompleteOptions, CompletionArgument, CompletionTarget } from './complete.ts'
import type {
  CompletionResult,
  ContentList,
  ListedPrompt,
  ListedResource,
  ListedResourceTemplate,
  PromptResult,
  ReadResult,
} from './content.ts'
import type { RequestOptions } from './request.ts'
import type { ReadOptions } from './resources.ts'

/** What one can do with what services have besides tools. Servers are asked each time: nothing of it is kept. */
export class ContentContext {
  readonly #whole: House

  /** `house` is as the scope sees it. */
  constructor(house: House) {
    this.#whole = house
  }

  /** @throws `unavailable` once the store is closed */
  protected get house(): House {
    return whileOpen(this.#whole)
  }

  /**
   * The resources of all services, or of one, each with its `service`. Services that have none answer an empty list
   * without being asked; one that failed stands in `services` with its error.
   * @throws for one named service what it failed with
   */
  async listResources(service?: string, options: AskOptions = {}): Promise<ContentList<ListedResource>> {
    checkMethodOptions('listResources', options)
    const { listResources } = await import('./listings.ts')
    return listResources(this.house, service, options)
  }

  /** The templates of resources, in the same way. @throws for one named service what it failed with */
  async listResourceTemplates(
    service?: string,
    options: AskOptions = {},
  ): Promise<ContentList<ListedResourceTemplate>> {
    checkMethodOptions('listResourceTemplates', options)
    const { listTemplates } = await import('./listings.ts')
    return listTemplates(this.house, service, options)
  }

  /**
   * What the server answers for this URI, whole. Without `service` it is the only service that lists the URI, or has a
   * template that it fits. @throws `unknown_resource`, `ambiguous_resource`, `server_error`, what connecting throws
   */
  async readResource(uri: string, options: ReadOptions = {}): Promise<ReadResult> {
    checkMethodOptions('readResource', options)
    const { readResource } = await import('./resources.ts')
    return readResource(this.house, uri, options)
  }

  /** The prompts of all services, or of one, as `listResources`. @throws for one named service what it failed with */
  async listPrompts(service?: string, options: AskOptions = {}): Promise<ContentList<ListedPrompt>> {
    checkMethodOptions('listPrompts', options)
    const { listPrompts } = await import('./listings.ts')
    return listPrompts(this.house, service, options)
  }

  /**
   * What the server makes of a prompt, whole. `prompt` is `service/prompt`, or a name that exactly one prompt has. Its server lists
   * its prompts first: without the arguments that it needs it is not asked for.
   * @throws `unknown_prompt`, `ambiguous_prompt`, `bad_arguments`, `server_error`, what connecting throws
   */
  async getPrompt(
    prompt: string,
    args?: Record<string, string>,
    options: RequestOptions = {},
  ): Promise<PromptResult> {
    checkMethodOptions('getPrompt', options)
    const { getPrompt } = await import('./prompts.ts')
    return getPrompt(this.house, prompt, args, options)
  }

  /**
   * What the server suggests for an argument of a prompt, or for a variable of a resource template, whole. A server
   * that completes nothing is not asked, and suggests nothing.
   * @throws `usage`, `unknown_prompt`, `unknown_resource`, `server_error`, what connecting throws
   */
  async complete(
    target: CompletionTarget,
    argument: CompletionArgument,
    options: CompleteOptions = {},
  ): Promise<CompletionResult> {
    checkMethodOptions('complete', options)
    const { complete } = await import('./complete.ts')
    return complete(this.house, target, argument, options)
  }
}
