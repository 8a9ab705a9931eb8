import { isBlank } from './field-spellings.ts'
import { isObject } from './problem.ts'

/**
 * Fields that clients keep beside a server's own and that change nothing about how the server is started or reached.
 * Who else writes them: approval (Claude Code, Cline, Codex, Gemini, Kiro, Roo), labels (Cherry Studio, LibreChat, Trae,
 * VS Code), timing (most), when tools are loaded and called (Claude Code, Codex), development (VS Code, Roo), how one signs in and what is logged (mcporter),
 * MCPStore (`keep_alive`).
 */
export const ignoredFields: ReadonlySet<string> = new Set([
  ...['alwaysAllow', 'autoApprove', 'trust', 'default_tools_approval_mode', 'required'],
  ...['name', 'title', 'displayName', 'version', 'tags', 'category'],
  ...['author', 'homepage', 'repository', 'license'],
  ...['icon', 'icons', 'iconPath', 'logo', 'logoUrl', 'id', 'gallery', 'fromGalleryId', 'metadata'],
  ...['provider', 'providerUrl', 'chatMenu', 'serverInstructions', 'startup'],
  ...['timeout', 'initTimeout', 'startupTimeout', 'connectionTimeout', 'requestTimeout', 'longRunning'],
  ...['startup_timeout_sec', 'startup_timeout_ms', 'tool_timeout_sec', 'keep_alive', 'keepAlive'],
  ...['alwaysLoad', 'supports_parallel_tool_calls'],
  ...['dev', 'watch', 'watchPaths', 'debug', 'sandbox', 'sandboxEnabled'],
  ...['lifecycle', 'logging', 'tokenCacheDir', 'clientName', 'oauthRedirectUrl'],
  ...['note', 'notes', 'comment', 'comments'],
])

const isEmpty = (value: unknown): boolean =>
  isBlank(value) || (typeof value === 'object' && value !== null && Object.keys(value).length === 0)
const isEverything = (value: unknown): boolean =>
  isBlank(value) || value === '*' || (Array.isArray(value) && value.length === 1 && value[0] === '*')

const NO_FILTER = 'mcpstore offers every tool of a service: remove the field if that is what you want.'
const NO_OAUTH = `Leave it out, and sign in: mcpstore login NAME, with --client-id ID for a client of your own. Or send a header: "headers": {"Authorization": "Bearer \${TOKEN}"}.`

/** Says that one signs in, which is done by itself here, or that one does not. */
const isPlainOAuth = (value: unknown): boolean =>
  isEmpty(value) ||
  typeof value === 'boolean' ||
  value === 'oauth' ||
  (isObject(value) && Object.keys(value).join() === 'enabled')

/** Fields that say how one signs in. */
const signingIn = ['auth', 'oauth']

/** The token in a variable that mcporter names, as a header; undefined where that is none, or there is one already. */
export function bearerHeaders({
  bearerTokenEnv: variable,
  headers,
}: Record<string, unknown>): Record<string, unknown> | undefined {
  const given = isObject(headers) ? headers : {}
  const isUnclear = !isBlank(headers) && !isObject(headers)
  const isGiven = Object.keys(given).some((name) => name.toLowerCase() === 'authorization')
  if (typeof variable !== 'string' || isGiven || isUnclear) return undefined
  const [, name, braced] = /^(?:(?:\$env:)?([A-Za-z_]\w*)|\$\{([A-Za-z_]\w*)\})$/.exec(variable) ?? []
  const known = name ?? braced
  return known === undefined ? undefined : { ...given, Authorization: `Bearer \${${known}}` }
}

interface RefusedField {
  /** Whether leaving the field out changes nothing after all. */
  asksNothing: (value: unknown) => boolean
  /** What to do about it. */
  hint: string
}

/** Fields that would matter, so that leaving them out silently would be wrong; unless their value asks for nothing. */
export const refusedFields: ReadonlyMap<string, RefusedField> = new Map<string, RefusedField>([
  ...['disabledTools', 'disabled_tools', 'excludeTools', 'toolFilter'].map(
    (field) => [field, { asksNothing: isEmpty, hint: NO_FILTER }] as const,
  ),
  ...['tools', 'allowedTools', 'includeTools', 'enabledTools', 'enabled_tools'].map(
    (field) => [field, { asksNothing: isEverything, hint: NO_FILTER }] as const,
  ),
  ...[
    ...['authProviderType', 'headersHelper', 'scopes', 'oauth_resource'],
    ...['bearerToken', 'bearerTokenEnv'],
  ].map((field) => [field, { asksNothing: isEmpty, hint: NO_OAUTH }] as const),
  ...signingIn.map((field) => [field, { asksNothing: isPlainOAuth, hint: NO_OAUTH }] as const),
  ['registryUrl', { asksNothing: isEmpty, hint: 'Write it into env, for example as npm_config_registry.' }],
])

/** What other clients call a field of mcpstore's, too far off to be found as a slip of the finger. */
export const otherNames: ReadonlyMap<string, string> = new Map([
  ['environment', 'env'],
  ['cmd', 'command'],
  ['arguments', 'args'],
  ['endpoint', 'url'],
  ['uri', 'url'],
  ['http_headers', 'headers'],
  ['workingDirectory', 'cwd'],
])

/** Whether the key marks a comment, as people write them in JSON: `//`, `_comment`, `$schema`, `#`. */
export function isCommentKey(key: string): boolean {
  return /^(?:\/\/|#|\$|_(?!_))/.test(key)
}

/** Whether this field of an entry can be left out without changing anything. */
export function isIgnored(field: string, value: unknown): boolean {
  return (
    ignoredFields.has(field) || isCommentKey(field) || refusedFields.get(field)?.asksNothing(value) === true
  )
}
