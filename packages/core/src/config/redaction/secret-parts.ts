import { between, isSecretName, replaceTokens } from './secret-shapes.ts'

/** Says what stands in place of a secret; `name` is what the secret is called where it stands, if anything. */
export type Hide = (secret: string, name: string) => string

/** The word before a credential in a header. */
export const authScheme: RegExp = /^(?:Bearer|Basic|Token|Api-?Key|Digest|Negotiate)\s+/i

const wholeUrl = /(?<![\w+.-])[a-z][a-z\d+.-]*:\/\/(?:[^\s/?#]*@)?[^\s"'<>]*/gi
const urlParts = /^([^/\\?#@]*:[/\\]{2,})?([^/\\?#]*)([^?#]*)(\?[^#]*)?(#.*)?$/s
const nameAndSign = /(?<![\w.-])-*([A-Za-z][\w.-]*)(["']?\s{0,4}[:=]\s{0,4}["']?)/g
const namedValue = /(?:(?:Bearer|Basic|Token|Api-?Key)\s+)?[^\s"'&,;]+/iy
const secretFlag = /^--?([A-Za-z][\w-]*)$/
const headerFlag = /^(?:-H|--headers?)$/

/** Hides user, password, and what is or looks secret in the path, query and fragment of a URL. */
export function hideInUrl(url: string, hide: Hide): string {
  const [, scheme = '', authority = '', path = '', query = '', fragment = ''] = urlParts.exec(url) ?? []
  const host = authority.slice(authority.lastIndexOf('@') + 1)
  const user = authority.slice(0, authority.length - host.length)
  return (
    scheme +
    (user === '' ? '' : `${hideUser(user.slice(0, -1), hide)}@`) +
    host +
    hideTokens(path, hide) +
    hideParameters(query, hide) +
    hideParameters(fragment, hide)
  )
}

/** Hides the secrets of a command line: by the name before them, by their look, and inside URLs. */
export function hideInArgs(args: string[], hide: Hide): string[] {
  return args.map((arg, index) => {
    const flag = index === 0 ? '' : args[index - 1]!
    if (headerFlag.test(flag)) {
      const [, name, value] = /^([^:=]*[:=]\s*)(.*)$/s.exec(arg) ?? [undefined, '', arg]
      return name! + hide(value!, 'authorization')
    }
    const name = secretFlag.exec(flag)?.[1]
    if (name !== undefined && isSecretName(name) && !arg.startsWith('-')) return hide(arg, name)
    return hideInText(arg, hide)
  })
}

/** Hides secrets in text that is not all secret. */
export function hideInText(text: string, hide: Hide): string {
  return between(
    text,
    wholeUrl,
    (url) => hideInUrl(url, hide),
    (rest) => hideNamed(rest, hide),
  )
}

function hideUser(user: string, hide: Hide): string {
  const colon = user.indexOf(':')
  if (colon < 0) return hide(user, 'token')
  return `${hide(user.slice(0, colon), 'user')}:${hide(user.slice(colon + 1), 'password')}`
}

function hideParameters(query: string, hide: Hide): string {
  return query.replace(/([^?#&=]+)=([^&]*)/g, (_, name: string, value: string) => {
    if (value === '') return `${name}=`
    return `${name}=${isSecretName(percentDecoded(name)) ? hide(value, name) : hideTokens(value, hide)}`
  })
}

/** `API_KEY=…`, `--token=…`, `"apiKey": "…"`, `Authorization: Bearer …` */
function hideNamed(text: string, hide: Hide): string {
  let done = ''
  let end = 0
  for (const match of text.matchAll(nameAndSign)) {
    if (match.index < end || !isSecretName(match[1]!)) continue
    namedValue.lastIndex = match.index + match[0].length
    const value = namedValue.exec(text)?.[0]
    if (value === undefined) continue
    done += hideTokens(text.slice(end, namedValue.lastIndex - value.length), hide) + hide(value, match[1]!)
    end = namedValue.lastIndex
  }
  return done + hideTokens(text.slice(end), hide)
}

function hideTokens(text: string, hide: Hide): string {
  return replaceTokens(text, (token) => hide(token, ''))
}

/** The text with its percent escapes read, or as it is when they are broken. */
export function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
