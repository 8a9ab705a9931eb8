const secretWords = words(
  'auth authorization bearer cookie cvc cvv jwt otp pass passcode pat pin pincode pw pwd sas sig totp',
)
// What ends in one of these says something about a secret: `TOKEN_LIMIT`.
const measures = words('count enabled expiry length limit method mode required size timeout ttl type')
const secretEnding = /(?:key|token|secret|passwd|password|passphrase|credentials?|signature)\d*$/

/** Whether a variable, header, flag or query parameter of this name usually carries a secret. */
export function isSecretName(name: string): boolean {
  const parts = name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z\d]+/)
  if (measures.has(parts.at(-1)!)) return false
  return parts.some((word) => secretWords.has(word) || secretEnding.test(word))
}

// Beginnings by which issuers make their tokens known; a digit must follow, as in hardly any chosen name.
const issued =
  /(?<![\w-])(?:sk[-_]|gh[oprsu]_|github_pat_|glpat-|xox[a-z]-|hf_|tvly-|AKIA|ASIA|AIza|eyJ)(?=[\w.+/=-]{0,40}\d)[\w.+/=-]{8,}/g
const run = /[\w+-]{20,}={0,2}/g
const uuid = /^(?=.*[a-f])[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i
const hex = /(?<![\da-f])(?=\d*[a-f])(?=[a-f]*\d)[\da-f]{20,}/i
const unbroken = /^(?:sk-[a-z]+-)?(?:[A-Za-z]{24,}|(?=.*\d)[A-Za-z\d]+)$/
// Pairs of letters as they follow each other in English: four of five in names and summaries of packages, one of five where
// letters are random.
const usualPairs = words(
  [
    'ab ac ad ag ai al am an ap ar as at au ba bl br ca ce ch ci ck cl co cr ct cu da de di do ea ec ed',
    'el em en er es et ex fi fo fr ge gi gr ha he hi ho ia ib ic id ie ig il im in io ip is it iv ka ke',
    'la le li ll lo ls lu ly ma me mi mo mp na nc nd ne ng ni no ns nt oc od ol om on oo op or os ot ou',
    'ow pa pe pi pl po pp pr pt py ra re ri rk rm ro rs rt ry sc se si so sp ss st ta te th ti to tr ts',
    'tu ty ul un ur us ut va ve vi we wi wo yt',
  ].join(' '),
)

/** Replaces what looks like a token wherever it stands in the text. */
export function replaceTokens(text: string, replace: (token: string) => string): string {
  // What was put in place of one is not looked at again: it may look like a token itself.
  return between(text, issued, replace, (rest) =>
    rest.replace(run, (match) => (looksRandom(match) ? replace(match) : match)),
  )
}

/** Whether the text is, or holds, something that looks like a token. */
export function looksSecret(text: string): boolean {
  let found = false
  replaceTokens(text, (token) => {
    found = true
    return token
  })
  return found
}

/** The text with what matches the pattern replaced in one way, and all between in another; each part is looked at once. */
export function between(
  text: string,
  pattern: RegExp,
  onMatch: (match: string) => string,
  onRest: (rest: string) => string,
): string {
  let done = ''
  let end = 0
  for (const match of text.matchAll(pattern)) {
    done += onRest(text.slice(end, match.index)) + onMatch(match[0])
    end = match.index + match[0].length
  }
  return done + onRest(text.slice(end))
}

/** Whether letters, capitals and digits follow each other as they do in no name that a person chose. */
function looksRandom(text: string): boolean {
  if (uuid.test(text) || hex.test(text)) return true
  if (unbroken.test(text)) return !readsAsWords(text)
  const kinds = [...text.replace(/[^A-Za-z\d]/g, '')].map((one) =>
    /\d/.test(one) ? 'digit' : one < 'a' ? 'upper' : 'lower',
  )
  if (!kinds.includes('digit')) return false
  const changes = kinds.filter((kind, index) => {
    const before = kinds[index - 1] ?? kind
    return kind !== before && !(before === 'upper' && kind === 'lower')
  })
  return changes.length / kinds.length > 0.25
}

/** Whether at least half of the pairs of neighbours are such as names have: usual ones, or neighbours in the alphabet. Two digits say nothing. */
function readsAsWords(text: string): boolean {
  const neighbours = [...text.toLowerCase()].map((one, index, all) => one + (all[index + 1] ?? ''))
  const pairs = neighbours.slice(0, -1).filter((pair) => !/\d\d/.test(pair))
  const usual = pairs.filter((pair) => usualPairs.has(pair) || pair.charCodeAt(1) === pair.charCodeAt(0) + 1)
  return usual.length >= pairs.length / 2
}

function words(text: string): Set<string> {
  return new Set(text.split(' '))
}
