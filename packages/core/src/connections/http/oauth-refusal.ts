import { printable } from '../../config/problem.ts'
import { fields } from '../facts.ts'

/** A text from outside without the secrets that it may repeat. */
export type Redact = (text: string) => string

/** What an authorization server said instead of what it was asked for: where, with which status, and why. */
export async function refusalOf(url: URL | string, response: Response, redact: Redact): Promise<string> {
  const { origin, pathname } = new URL(url)
  const said: unknown = await response
    .clone()
    .json()
    .catch(() => undefined)
  const { error, error_description } = fields(said)
  return `${origin}${pathname} answered HTTP ${response.status}${reason(error, error_description, redact)}`
}

/** ` (access_denied: you may not)`, as OAuth words it; nothing where it is worded otherwise. */
export function reason(error: unknown, description: unknown, redact: Redact): string {
  if (typeof error !== 'string' || !/^[\w.-]{1,60}$/.test(error)) return ''
  const more = typeof description === 'string' ? redact(description.trim()) : ''
  return ` (${error}${more === '' ? '' : `: ${printable(more, 200)}`})`
}
