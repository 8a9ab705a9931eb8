import { McpStoreError } from '@mcpstore/storage'
import { storeError } from '../errors.ts'
import type { House } from '../house.ts'
import { isSlip } from '../near.ts'
import { type Asked, askable } from '../services/ask-all.ts'
import { storedName } from '../services/names.ts'
import type { Service } from '../services/registry.ts'
import type { ListedPrompt, PromptResult } from './content.ts'
import { notFound, onlyOne, type Sought } from './found.ts'
import { askForAll, type Listed, promptListing } from './listings.ts'
import { misfitOf, promptHint, readTexts } from './prompt-arguments.ts'
import { Budget, type RequestOptions } from './request.ts'

/** A prompt that exactly one address means. */
export interface ResolvedPrompt {
  service: Service
  prompt: string
  /** What was listed to find it; none where its service was named. */
  listed?: AskedForPrompts
}

type AskedForPrompts = Asked<Listed<ListedPrompt>>[]

/** Gets a prompt, once its arguments fit what its server lists; see `StoreContext.getPrompt`. */
export async function getPrompt(
  house: House,
  address: unknown,
  given: unknown,
  options: RequestOptions,
): Promise<PromptResult> {
  const args = readTexts(given)
  const budget = new Budget(house, options)
  const found = await budget.spend(resolvePrompt(house, address, budget))
  const { service, prompt } = found
  const listed = found.listed ?? (await listedBy(house, service, budget))
  const misfit = misfitIn(listed, found, args)
  if (misfit) throw misfit
  const params = { name: prompt, arguments: args }
  const sought: Sought = { kind: 'prompt', name: prompt }
  try {
    const request = { capability: 'prompts', method: 'prompts/get', params }
    const answer = await budget.request<PromptResult>(service, request)
    if (answer) return answer
  } catch (thrown) {
    if (!(thrown instanceof McpStoreError) || thrown.code !== 'server_error') throw thrown
    throw explained(found, { sought, args, listed }, thrown)
  }
  throw storeError('unknown_prompt', `service "${service.name}" has no prompts`)
}

/**
 * The prompt that an address means: `service/prompt`, or a name that exactly one prompt has. Nobody is asked where the service is
 * named. Where it may be mistyped, a prompt may still be called so by itself: only servers that are known to have prompts are
 * asked for it. @throws `usage`, `unknown_service`, `unknown_prompt`, `ambiguous_prompt`
 */
export async function resolvePrompt(house: House, address: unknown, budget: Budget): Promise<ResolvedPrompt> {
  if (typeof address !== 'string' || ['', '/'].includes(address.trim())) {
    throw storeError('usage', 'the address of a prompt must be a text that is not empty', {
      hint: 'Write service/prompt, for example docs/summarise.',
    })
  }
  const slash = address.indexOf('/')
  const name = storedName(address.slice(0, Math.max(0, slash)))
  const own = name === '' ? undefined : house.registry.find(name)
  if (own) return { service: own, prompt: address.slice(slash + 1) }
  const isSlipped = house.registry.all().some((service) => isSlip(name, service.name))
  const services = askable(house, undefined).filter((one) => !isSlipped || isKnownToOffer(house, one))
  const sought: Sought = { kind: 'prompt', name: address }
  const listed = await askForAll<ListedPrompt>(house, services, promptListing, budget.options)
  const all = listedPrompts(listed)
  const found = onlyOne(
    sought,
    all.filter(({ prompt }) => prompt === address),
  )
  if (found) return { service: house.registry.get(found.service), prompt: address, listed }
  if (name !== '') house.registry.get(name)
  throw notFound(sought, addressesOf(all), listed)
}

/** What its server lists; one that only fails to list may still have it. @throws what keeps it from being reached */
async function listedBy(house: House, service: Service, budget: Budget): Promise<AskedForPrompts> {
  const listed = await askForAll<ListedPrompt>(house, [service], promptListing, budget.options)
  for (const one of listed) if ('error' in one && one.error.code !== 'server_error') throw one.error
  return listed
}

function misfitIn(
  listed: AskedForPrompts,
  { service, prompt }: ResolvedPrompt,
  args: Record<string, string>,
): McpStoreError | undefined {
  const own = listedPrompts(listed).find((one) => one.prompt === prompt && one.service === service.name)
  const misfit = own && misfitOf(own, args)
  return misfit ? storeError('bad_arguments', misfit, { hint: promptHint(own!, args) }) : undefined
}

/** What a server refused is compared with what it lists: an unknown name, or a value that it does not take. */
function explained(
  { service, prompt }: ResolvedPrompt,
  { sought, args, listed }: { sought: Sought; args: Record<string, string>; listed: AskedForPrompts },
  refusal: McpStoreError,
): McpStoreError {
  const all = listedPrompts(listed).filter((one) => one.service === service.name)
  const own = all.find((one) => one.prompt === prompt)
  if (all.length === 0) return refusal
  const address = `${service.name}/${sought.name}`
  if (!own) return notFound({ ...sought, name: address }, addressesOf(all), listed, refusal)
  if (refusal.hint) return refusal
  return storeError('server_error', refusal.message, { hint: promptHint(own, args), cause: refusal })
}

function listedPrompts(listed: AskedForPrompts): ListedPrompt[] {
  return listed.flatMap((one) => ('answer' in one ? one.answer.entries : []))
}

/** By what its server said of itself when its tools were listed. */
function isKnownToOffer({ lists }: House, service: Service): boolean {
  return Boolean(lists.known(service)?.server.capabilities?.['prompts'])
}

function addressesOf(prompts: readonly ListedPrompt[]): Map<string, string> {
  return new Map(prompts.flatMap(({ name, prompt }) => [[prompt, name] as const, [name, name] as const]))
}
