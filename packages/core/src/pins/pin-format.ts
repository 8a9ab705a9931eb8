import { isObject } from '../config/problem.ts'
import { readListed } from '../private-files/listed-entries.ts'
import type { PrivateFormat } from '../private-files/private-file.ts'
import type { Line, PrivateText } from '../private-files/private-text.ts'
import { type Pin, type PinMap, type PinnedTool, pinKey } from './pin.ts'

const VERSION = 1
const TEXTS = ['namespace', 'dataspace', 'scope', 'service', 'shape', 'at', 'list'] as const
/** How much of definitions is kept in all, in characters of JSON. */
const MOST_OF_ALL = 16 * 1024 * 1024

// One pin a line, its tools last. Hardly any of them is looked at, and all of them together are many megabytes.
const BEGIN = `{"version":${VERSION},"pins":[`
const END = ']}'
/** Within a text the quotes would be escaped, and before it there are only texts. */
const TOOLS = Buffer.from(',"tools":[')

/** Pins as a private file holds them. */
export const pinFormat: PrivateFormat<Pin> = {
  read: (text) => readLines(text) ?? readWhole(text),
  write: writePins,
  disbelieved: 'pins nothing',
  remedy: 'Remove it; then what the tools are now is taken for what they were.',
  unkept: 'what the tools are cannot be kept in',
}

/** Of pins that lie in a file the lines that they are there. */
const lines = new WeakMap<Pin, () => string>()

/** The newest keep their definitions, where there is no room for all. */
function writePins(pins: PinMap): string {
  let room = MOST_OF_ALL
  const newest = [...pins].sort(([, a], [, b]) => (a.at > b.at ? -1 : a.at < b.at ? 1 : 0))
  const texts = newest.map(([key, pin]): [string, string] => {
    const text = lines.get(pin)?.() ?? JSON.stringify(pin)
    room -= text.length
    if (room >= 0) return [key, text]
    return [key, JSON.stringify({ ...pin, tools: pin.tools.map(({ definition: _, ...tool }) => tool) })]
  })
  const sorted = texts.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text)
  return `${BEGIN}\n${sorted.join(',\n')}\n${END}\n`
}

/** What `writePins` wrote; `undefined` for what somebody else did. */
function readLines(text: PrivateText): PinMap | undefined {
  const pins: PinMap = new Map()
  let state: 'before' | 'in' | 'after' = 'before'
  for (const line of text.lines()) {
    if (state === 'before') {
      if (line.bytes.toString() !== BEGIN) return undefined
      state = 'in'
    } else if (state === 'in' && line.bytes.toString('utf8', 0, END.length) === END) {
      state = 'after'
    } else {
      const pin = state === 'in' ? readLine(line, text) : undefined
      if (!pin) return undefined
      pins.set(pinKey(pin), pin)
    }
  }
  return state === 'after' ? pins : undefined
}

function readLine({ at, bytes }: Line, text: PrivateText): Pin | undefined {
  const tools = bytes.indexOf(TOOLS)
  const length = bytes.at(-1) === 0x2c ? bytes.length - 1 : bytes.length
  if (tools < 0) return undefined
  const known = headOf(`${bytes.toString('utf8', 0, tools)}}`)
  if (!known) return undefined
  let looked: Pin['tools'] | undefined
  const pin: Pin = {
    ...known,
    get tools() {
      looked ??= text.piece({ at, length }, readTools)
      return looked
    },
  }
  lines.set(pin, () => text.piece({ at, length }, (line) => line))
  return pin
}

function readTools(line: string): Pin['tools'] {
  const pin: unknown = JSON.parse(line)
  if (!isPin(pin)) throw new Error('it holds something else')
  return pin.tools
}

function headOf(text: string): Omit<Pin, 'tools'> | undefined {
  try {
    const head: unknown = JSON.parse(text)
    return hasTexts(head) ? head : undefined
  } catch {
    return undefined
  }
}

function readWhole(text: PrivateText): PinMap {
  return readListed<Pin>(text.whole(), { version: VERSION, name: 'pins', isEntry: isPin, keyOf: pinKey })
}

function hasTexts(value: unknown): value is Omit<Pin, 'tools'> {
  return isObject(value) && TEXTS.every((field) => typeof value[field] === 'string')
}

function isPin(value: unknown): value is Pin {
  if (!hasTexts(value)) return false
  const { tools } = value as { tools?: unknown }
  return Array.isArray(tools) && tools.every(isPinnedTool)
}

function isPinnedTool(value: unknown): value is PinnedTool {
  if (!isObject(value)) return false
  const { tool, sha256, definition } = value
  const isSound = definition === undefined || (isObject(definition) && definition['name'] === tool)
  return typeof tool === 'string' && typeof sha256 === 'string' && isSound
}
