/** What stands for a number that would be rounded, until it is known which argument it is in. */
const rounded = '\u0000rounded'

/** The parsed JSON, and the names of the entries of its object in which a number would not keep its value. */
export interface ExactJson {
  value: unknown
  /** Empty when every number keeps its value; `undefined` stands for JSON that is no object. */
  inexact: (string | undefined)[]
}

/**
 * Parses JSON, and finds the numbers that JavaScript, and so the server, would get another value of: `1e400`, or
 * integers of more digits than a double holds. Throws `SyntaxError` as `JSON.parse` does.
 */
export function parseExactJson(text: string): ExactJson {
  const value: unknown = JSON.parse(text)
  let found = false
  let quoted = false
  const marked = text.replace(/\\.|"|-?\d[\d.eE+-]*/g, (token) => {
    if (token === '"') quoted = !quoted
    if (quoted || /^["\\]/.test(token) || isExact(token)) return token
    found = true
    return JSON.stringify(rounded)
  })
  return { value, inexact: found ? entriesWith(JSON.parse(marked)) : [] }
}

/**
 * Whether the number keeps its value as a double. The last digits of a fraction are no loss; those of a number beyond
 * 2^53, the loss of all digits, and infinity are.
 */
export function isExact(text: string): boolean {
  const value = Number(text)
  if (!Number.isFinite(value)) return false
  if (value === 0) return !/[1-9]/.test(text.split(/e/i, 1)[0] ?? '')
  return Math.abs(value) <= Number.MAX_SAFE_INTEGER || decimal(text) === decimal(String(value))
}

/** The same text for the same number, however it is written. */
function decimal(text: string): string {
  const [, whole = '', fraction = '', exponent = '0'] =
    /^[+-]?(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i.exec(text.trim()) ?? []
  const digits = `${whole}${fraction}`.replace(/^0+/, '')
  const significant = digits.replace(/0+$/, '')
  return `${significant}e${Number(exponent) - fraction.length + digits.length - significant.length}`
}

function entriesWith(value: unknown): (string | undefined)[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [undefined]
  const mark = JSON.stringify(rounded)
  return Object.entries(value).flatMap(([name, one]) => (JSON.stringify(one).includes(mark) ? [name] : []))
}
