/** A longer template, or URI, and one with more expressions, is matched by nothing: each costs as much as the URI is long. */
const LONGEST = 4000
const MOST_EXPRESSIONS = 20

/** What may stand in the place of an expression, by the sign it begins with; of others no reserved character. */
const allowed: Readonly<Record<string, RegExp>> = {
  '+': /./s,
  '#': /./s,
  '/': /[^?#]/,
  '?': /[^#]/,
  '&': /[^#]/,
}
const unreserved = /[^/?#]/

/** Whether a URI can be an expansion of a template (RFC 6570). */
export function matchesTemplate(template: string, uri: string): boolean {
  if (template.length > LONGEST || uri.length > LONGEST) return false
  if (template.split('{').length - 1 > MOST_EXPRESSIONS) return false
  // Every place in the URI that the parts so far can end at; their number never grows beyond its length.
  let places = [0]
  for (const [, literal, sign = '', name] of template.matchAll(/([^{]+)|\{([+#./;?&]?)([^}]*)\}/g)) {
    places =
      name === undefined
        ? places.filter((at) => uri.startsWith(literal!, at)).map((at) => at + literal!.length)
        : reachable(uri, places, allowed[sign] ?? unreserved)
  }
  return places.includes(uri.length)
}

/** From each place, as far as what may stand there goes. */
function reachable(uri: string, places: readonly number[], character: RegExp): number[] {
  const starts = new Set(places)
  const ends: number[] = []
  let isOpen = false
  for (let at = 0; at <= uri.length; at++) {
    isOpen ||= starts.has(at)
    if (!isOpen) continue
    ends.push(at)
    isOpen = at < uri.length && character.test(uri[at]!)
  }
  return ends
}
