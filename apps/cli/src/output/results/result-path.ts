import { usageError } from '../../failures/cli-error.ts'

/** A name, an index (from the end where it is negative), or `[*]`: all there are. */
type Step = string | number | typeof ALL

/** Where something stands in a result. */
export interface ResultPath {
  /** As it was written. */
  text: string
  /** It begins at the whole result, not at what the tool says. */
  isWhole: boolean
  steps: readonly Step[]
}

/** What was found; `many` where `[*]` asked for all there are. */
export type Found = { value: unknown } | { many: readonly unknown[] } | { missing: string }

const ALL = Symbol('all')
const TOKEN = /\.?([^.[\]\s"'][^.[\]]*)|\[(?:(-?\d+)|(\*)|("(?:[^"\\]|\\.)*"))\]/y
const HINT =
  'Write it like forecast.days[0].high, list[*].name, ["odd name"], or $.content[0].text for the whole result.'
const MOST_NAMES = 10

/** Reads `a.b[0]`, `list[*].name`, `["odd name"]`, and `$.…` from the whole result on. Throws `usage` for anything else. */
export function parseResultPath(text: string): ResultPath {
  const isWhole = /^\$(?=$|[.[])/.test(text)
  const steps: Step[] = []
  let at = isWhole ? 1 : 0
  while (at < text.length) {
    TOKEN.lastIndex = at
    const [token, name, index, all, quoted] = TOKEN.exec(text) ?? []
    // Only the first name stands without a dot.
    if (token === undefined || (name !== undefined && token.startsWith('.') === (at === 0)))
      throw noPath(text)
    steps.push(all ? ALL : index ? Number(index) : quoted ? unquoted(quoted, text) : name!)
    at += token.length
  }
  if (steps.length === 0 && !isWhole) throw noPath(text)
  return { text, isWhole, steps }
}

function unquoted(quoted: string, text: string): string {
  try {
    return JSON.parse(quoted)
  } catch {
    throw noPath(text)
  }
}

function noPath(text: string): Error {
  return usageError(`--extract "${text}" is no path`, HINT)
}

/** What stands at the end of the path. Of `[*]` those parts are left out that have no such thing. */
export function extract(root: unknown, { steps }: ResultPath): Found {
  let values = [root]
  let isMany = false
  for (const [at, step] of steps.entries()) {
    if (step === ALL) {
      const lists = values.filter((value) => typeof value === 'object' && value !== null)
      if (lists.length === 0 && !isMany) return { missing: whatIsThere(values[0], steps.slice(0, at)) }
      values = lists.flatMap((value) => Object.values(value as object))
      isMany = true
      continue
    }
    const next = values.flatMap((value) => stepInto(value, step))
    if (next.length === 0 && !isMany) return { missing: whatIsThere(values[0], steps.slice(0, at)) }
    values = next
  }
  return isMany ? { many: values } : { value: values[0] }
}

/** The value as the only one of a list, or none. */
function stepInto(value: unknown, step: string | number): unknown[] {
  if (typeof step === 'number') {
    const at = Array.isArray(value) && step < 0 ? value.length + step : step
    return Array.isArray(value) && at >= 0 && at < value.length ? [value[at]] : []
  }
  const isThere =
    typeof value === 'object' && value !== null && !Array.isArray(value) && Object.hasOwn(value, step)
  return isThere ? [(value as Record<string, unknown>)[step]] : []
}

/** What there is instead, in words. */
function whatIsThere(value: unknown, steps: readonly Step[]): string {
  const where = steps.length === 0 ? 'there' : `at ${steps.map(written).join('').replace(/^\./, '')}`
  if (Array.isArray(value)) return `${where} is a list of ${value.length}`
  if (value === undefined) return `${where} is nothing`
  if (typeof value !== 'object' || value === null)
    return `${where} is ${value === null ? 'null' : `a ${typeof value}`}`
  const names = Object.keys(value)
  const more = names.length > MOST_NAMES ? `, and ${names.length - MOST_NAMES} more` : ''
  return names.length === 0
    ? `${where} is an empty object`
    : `${where} is: ${names.slice(0, MOST_NAMES).join(', ')}${more}`
}

function written(step: Step): string {
  if (step === ALL) return '[*]'
  return typeof step === 'number' ? `[${step}]` : `.${step}`
}
