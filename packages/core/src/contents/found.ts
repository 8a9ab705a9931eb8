import type { McpStoreError } from '@mcpstore/storage'
import { quoted } from '../config/problem.ts'
import { type ErrorCode, storeError } from '../errors.ts'
import { nearest } from '../near.ts'
import type { Asked } from '../services/ask-all.ts'
import { meantInstead, some } from '../services/not-found.ts'

/** What is looked for, in the words and codes of its kind. */
export interface Sought {
  kind: 'resource' | 'prompt'
  /** As it was asked for. */
  name: string
}

/** The one of them, if all are of one service. @throws `ambiguous_resource`, `ambiguous_prompt` */
export function onlyOne<Entry extends { service: string; name?: string }>(
  { kind, name }: Sought,
  found: readonly Entry[],
): Entry | undefined {
  const owners = [...new Set(found.map(({ service }) => service))]
  if (owners.length < 2) return found[0]
  const message = `${quoted(name)} is a ${kind} of ${owners.length} services`
  const isPrompt = kind === 'prompt'
  const choices = some(owners.map((service) => (isPrompt ? `${service}/${name}` : service)))
  throw storeError(`ambiguous_${kind}`, message, {
    hint: isPrompt ? `Say which one: ${choices}.` : `Name the service: ${choices}.`,
  })
}

/** The error for what nobody has; `names` maps what there is to how it is addressed. */
export function notFound(
  { kind, name }: Sought,
  names: ReadonlyMap<string, string>,
  asked: readonly Asked<unknown>[],
  cause?: unknown,
): McpStoreError<ErrorCode> {
  const near = [...new Set(nearest(name, names.keys()).map((one) => names.get(one)!))]
  const unread = asked.flatMap((one) =>
    'error' in one ? [{ name: one.service.name, error: one.error }] : [],
  )
  const list = kind === 'prompt' ? 'listPrompts' : 'listResources'
  return storeError(`unknown_${kind}`, `there is no ${kind} ${quoted(name)}`, {
    ...meantInstead(near, unread, `See the ${kind}s there are: mcpstore ${kind}s (${list})`),
    cause,
  })
}
