import { isObject, quoted } from '../config/problem.ts'
import { asError, storeError } from '../errors.ts'

/**
 * The arguments of a call, from an object or JSON text, as they will be sent: what is checked is what the server gets.
 * @throws `bad_arguments`
 */
export async function readArguments(given: unknown): Promise<Record<string, unknown>> {
  if (given === undefined) return {}
  const value = typeof given === 'string' ? await parse(given) : given
  if (isObject(value)) return carried(value)
  throw storeError('bad_arguments', 'the arguments of a tool are an object', {
    hint: 'For example {"query": "北京"}.',
  })
}

/** The engine's own error quotes the text, in which a secret may stand: only the place is told. */
async function parse(text: string): Promise<unknown> {
  try {
    return JSON.parse(text)
  } catch {
    const { parseJsonText } = await import('../config/json-text.ts')
    const lenient = 'the text of the arguments is not valid JSON: it has comments or trailing commas'
    const message = await parseJsonText(text, 'the text of the arguments').then(
      () => lenient,
      (error: Error) => error.message,
    )
    throw storeError('bad_arguments', message)
  }
}

function carried(args: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(args).flatMap(([name, value]): [string, unknown][] => {
    if (typeof value === 'string' || typeof value === 'boolean') return [[name, value]]
    const text = jsonOf(name, value)
    return text === undefined ? [] : [[name, JSON.parse(text)]]
  })
  return Object.fromEntries(entries)
}

/** `undefined` for what JSON leaves out because it is `undefined`. */
function jsonOf(name: string, value: unknown): string | undefined {
  try {
    return JSON.stringify(value, refuseUnknown)
  } catch (cause) {
    throw storeError(
      'bad_arguments',
      `argument ${quoted(name)} cannot be sent as JSON: ${reasonOf(asError(cause))}`,
      {
        hint: 'Nothing was called. JSON has texts, finite numbers, true, false, null, lists and objects.',
        cause,
      },
    )
  }
}

class Unknown extends Error {}

/** `JSON.stringify` would turn these into `null`, or leave them out. */
function refuseUnknown(_key: string, value: unknown): unknown {
  const kind = typeof value
  const isKnown =
    kind === 'number' ? Number.isFinite(value) : !['bigint', 'function', 'symbol'].includes(kind)
  if (!isKnown) throw new Unknown(`it holds ${kind === 'number' ? value : `a ${kind}`}`)
  return value
}

function reasonOf(error: Error): string {
  if (error instanceof Unknown) return error.message
  if (error instanceof RangeError) return 'it is too large, or nested too deeply'
  return error.message.startsWith('Converting circular') ? 'it contains itself' : 'its toJSON() fails'
}
