import { isObject, quoted } from '../../config/problem.ts'
import { asError, storeError } from '../../errors.ts'

/**
 * The arguments of a call as they will be sent: what is checked is what the server gets. @throws `bad_arguments`
 */
export function readArguments(given: unknown): Record<string, unknown> {
  if (given === undefined) return {}
  if (isObject(given)) return carried(given)
  throw storeError('bad_arguments', 'the arguments of a tool are an object', {
    hint: 'For example {"query": "北京"}.',
  })
}

/** The same from JSON text. @throws `bad_arguments` */
export async function parseArguments(text: string): Promise<Record<string, unknown>> {
  return readArguments((await parse(text)) ?? null)
}

/** The engine's own error quotes the text, in which a secret may stand: only the place is told. */
async function parse(text: string): Promise<unknown> {
  try {
    return JSON.parse(text)
  } catch {
    const { parseJsonText } = await import('../../config/json-text.ts')
    const lenient = 'the text of the arguments is not valid JSON: it has comments or trailing commas'
    const message = await parseJsonText(text, 'the text of the arguments').then(
      () => lenient,
      (error: Error) => error.message,
    )
    throw storeError('bad_arguments', message)
  }
}

function carried(args: Record<string, unknown>): Record<string, unknown> {
  const copy = { ...args }
  for (const name of Object.keys(copy)) {
    const value = copy[name]
    if (typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)) continue
    const text = jsonOf(name, value)
    if (text === undefined) delete copy[name]
    else copy[name] = JSON.parse(text)
  }
  return copy
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
