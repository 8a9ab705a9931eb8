import { isObject } from '../config/problem.ts'
import { storeError } from '../errors.ts'
import type { House } from '../house.ts'
import { askable } from '../services/ask-all.ts'
import type { Service } from '../services/registry.ts'
import type { CompletionResult, ListedResourceTemplate } from './content.ts'
import { notFound, onlyOne, type Sought } from './found.ts'
import { askForAll, templateListing } from './listings.ts'
import { readTexts } from './prompt-arguments.ts'
import { resolvePrompt } from './prompts.ts'
import { Budget, type RequestOptions } from './request.ts'

/** What a value is wanted for: an argument of a prompt (`service/prompt`), or a variable of a resource template. */
export type CompletionTarget = { prompt: string } | { template: string; service?: string }

/** The argument, and what of its value is typed already. */
export interface CompletionArgument {
  name: string
  value: string
}

export interface CompleteOptions extends RequestOptions {
  /** The values that other arguments have already. */
  context?: Record<string, string> | undefined
}

/** Asks for values that an argument may have; see `StoreContext.complete`. */
export async function complete(
  house: House,
  target: CompletionTarget,
  argument: CompletionArgument,
  options: CompleteOptions,
): Promise<CompletionResult> {
  const { name, value } = argumentOf(argument)
  const budget = new Budget(house, options)
  const { service, ref } = await budget.spend(resolve(house, target, budget))
  const context = options.context && { context: { arguments: readTexts(options.context) } }
  const params = { ref, argument: { name, value }, ...context }
  const request = { capability: 'completions', method: 'completion/complete', params }
  return (await budget.request<CompletionResult>(service, request)) ?? { completion: { values: [] } }
}

async function resolve(
  house: House,
  target: unknown,
  budget: Budget,
): Promise<{ service: Service; ref: object }> {
  const { prompt, template, service } = isObject(target) ? target : {}
  if (typeof prompt === 'string') {
    const found = await resolvePrompt(house, prompt, budget)
    return { service: found.service, ref: { type: 'ref/prompt', name: found.prompt } }
  }
  const isNamed = service === undefined || typeof service === 'string'
  if (typeof template !== 'string' || !isNamed) {
    throw storeError('usage', 'what is to be completed must be named', {
      hint: "Give { prompt: 'service/prompt' } or { template: 'uri template', service: 'service' }.",
    })
  }
  const ref = { type: 'ref/resource', uri: template }
  if (service !== undefined) return { service: askable(house, service)[0]!, ref }
  return { service: await ownerOf(house, template, budget), ref }
}

/** The only service that has this template. */
async function ownerOf(house: House, template: string, budget: Budget): Promise<Service> {
  const sought: Sought = { kind: 'resource', name: template }
  const services = askable(house, undefined)
  const listed = await askForAll<ListedResourceTemplate>(house, services, templateListing, budget.options)
  const all = listed.flatMap((one) => ('answer' in one ? one.answer.entries : []))
  const own = onlyOne(
    sought,
    all.filter(({ uriTemplate }) => uriTemplate === template),
  )
  if (own) return house.registry.get(own.service)
  throw notFound(sought, new Map(all.map(({ uriTemplate }) => [uriTemplate, uriTemplate])), listed)
}

function argumentOf(argument: unknown): CompletionArgument {
  const { name, value } = isObject(argument) ? argument : {}
  if (typeof name === 'string' && typeof value === 'string') return { name, value }
  throw storeError('usage', 'the argument to complete must be { name, value }, both texts', {
    hint: "For example { name: 'language', value: 'No' }.",
  })
}
