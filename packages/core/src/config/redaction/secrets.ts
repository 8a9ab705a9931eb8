import { mapValues } from '../config-values.ts'
import type { ServiceConfig } from '../service-config.ts'
import { authScheme, type Hide, hideInArgs, hideInText, hideInUrl, percentDecoded } from './secret-parts.ts'
import { isSecretName, looksSecret } from './secret-shapes.ts'

/** Shorter ones would blacken harmless words and give little away. */
const SHORTEST_SECRET = 4
/** Of what goes by the name of a secret: it is looked for as a word by itself. */
const SHORTEST_NAMED = 3
/** A line of a secret with several lines counts by itself from this length on. */
const SHORTEST_LINE = 8

// Small numbers, versions, one word or two, paths, hosts with a port: to hide these would make every message unreadable.
const settings: RegExp[] = [
  /^\d{1,5}$/,
  /^v?\d+(?:\.\d+)+$/,
  /^[A-Za-z]{1,16}(?:[ _.-][A-Za-z]{1,16})?(?:[ _.-]\d{1,4})?$/,
  /^(?:[A-Za-z]:|[.~]{0,2})[/\\]/,
  /^[\w.-]+:\d{1,5}$/,
]
const switches = /^(?:true|false|yes|no|on|off|none|null)$/i
const plainHeaders = new Set(['accept', 'accept-encoding', 'accept-language', 'content-type', 'user-agent'])

/**
 * The secrets of an expanded config, longest first, for {@link redactText}: every env and header value that is not
 * plainly a setting, credentials in URLs, and arguments that look secret, in each way they may turn up in a message.
 */
export function secretsIn(config: ServiceConfig): string[] {
  const secrets = new Set<string>()
  const keep: Hide = (secret, name) => {
    const isNamed = isSecretName(name) && !switches.test(secret)
    if (!isNamed && isSetting(secret)) return ''
    const shortest = isNamed ? SHORTEST_NAMED : SHORTEST_SECRET
    for (const one of variants(secret)) if (one.length >= shortest) secrets.add(one)
    return ''
  }
  mapValues(config, (value, { kind, name }) => {
    if (kind === 'url') {
      for (const one of variants(basicOf(value))) secrets.add(one)
      return hideInUrl(value, keep)
    }
    if (kind === 'command') return hideInText(value, keep)
    if (kind === 'env') return keepEnv(value, name, keep)
    if (kind === 'headers' && !plainHeaders.has(name.toLowerCase())) keepHeader(value, name, keep)
    return ''
  })
  if (config.type === 'stdio' && config.args) hideInArgs(config.args, keep)
  return [...secrets].filter(({ length }) => length >= SHORTEST_NAMED).sort((a, b) => b.length - a.length)
}

/**
 * The text with every secret in it replaced by `***`, the shortest only where they are a word by themselves. Redact before
 * cutting: half a secret is not recognised.
 */
export function redactText(text: string, secrets: readonly string[]): string {
  const covered: { start: number; end: number }[] = []
  for (const secret of secrets.filter((one) => one !== '')) {
    for (let start = text.indexOf(secret); start >= 0; start = text.indexOf(secret, start + 1)) {
      const end = start + secret.length
      if (secret.length >= SHORTEST_SECRET || isAlone(text, start, end)) covered.push({ start, end })
    }
  }
  covered.sort((a, b) => a.start - b.start)
  let result = ''
  let done = 0
  for (const { start, end } of covered) {
    // Secrets that overlap are one black bar.
    if (start >= done) result += `${text.slice(done, start)}***`
    done = Math.max(done, end)
  }
  return result + text.slice(done)
}

function isAlone(text: string, start: number, end: number): boolean {
  return !/[\p{L}\d]/u.test(text.slice(Math.max(0, start - 1), start) + text.slice(end, end + 1))
}

function keepEnv(value: string, name: string, keep: Hide): string {
  if (!value.includes('://')) return keep(value, name)
  hideInText(value, keep)
  return isSecretName(name) ? keep(value, name) : ''
}

/** What user and password of a URL come to in the header that they are sent in; empty without them. */
function basicOf(url: string): string {
  const [, user = '', password = ''] = /^[^/?#]*\/\/([^/?#@:]*):?([^/?#]*)@/.exec(url) ?? []
  return user + password === ''
    ? ''
    : Buffer.from(`${percentDecoded(user)}:${percentDecoded(password)}`).toString('base64')
}

function keepHeader(value: string, name: string, keep: Hide): void {
  keep(value, name)
  if (name.toLowerCase() === 'cookie') {
    for (const pair of value.split(';')) keep(pair.slice(pair.indexOf('=') + 1).trim(), name)
  }
  if (!/^basic\s/i.test(value)) return
  const [, ...password] = Buffer.from(value.slice('basic '.length), 'base64').toString('utf8').split(':')
  keep(password.join(':'), 'password')
}

function isSetting(value: string): boolean {
  return settings.some((setting) => setting.test(value)) && !looksSecret(value)
}

/** As it is, without an auth scheme before it, as URLs and JSON write it, and line by line. */
function variants(secret: string): string[] {
  const lines = secret.split('\n').map((line) => line.trim())
  const long = lines.length > 1 ? lines.filter(({ length }) => length >= SHORTEST_LINE) : []
  return [secret, secret.replace(authScheme, ''), ...long].flatMap((one) => {
    const escaped = encodeURIComponent(one.replace(/\p{Cs}/gu, ''))
    return [
      one,
      percentDecoded(one),
      escaped,
      escaped.replaceAll('%20', '+'),
      JSON.stringify(one).slice(1, -1),
    ]
  })
}
