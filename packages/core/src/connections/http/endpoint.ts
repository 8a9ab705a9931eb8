import type { RemoteConfig } from '../../config/service-config.ts'
import { storeError } from '../../errors.ts'

export interface Endpoint {
  /** Without user and password: `fetch` refuses them. */
  url: URL
  headers: Record<string, string>
}

/**
 * Where and how to reach a remote service. Throws `bad_config` for a URL or header that cannot be sent, which only
 * shows once placeholders are expanded; never repeats their values.
 */
export function endpointOf(service: string, config: RemoteConfig): Endpoint {
  const url = URL.canParse(config.url) ? new URL(config.url) : undefined
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw storeError('bad_config', `service "${service}" has no valid http(s) URL in "url"`, {
      hint: 'Correct "url" in its config, and the values of the variables in it.',
    })
  }
  const headers = { ...config.headers }
  for (const [name, value] of Object.entries(headers)) {
    if (!isHeader(name, value)) {
      throw storeError('bad_config', `service "${service}" has a header "${name}" that cannot be sent`, {
        hint: 'Names and values of headers are plain ASCII on one line; check the variables in it.',
      })
    }
  }
  const given = Object.keys(headers).some((name) => name.toLowerCase() === 'authorization')
  if ((url.username || url.password) && !given) {
    headers['Authorization'] = `Basic ${Buffer.from(credentials(service, url)).toString('base64')}`
  }
  url.username = url.password = ''
  return { url, headers }
}

function credentials(service: string, { username, password }: URL): string {
  try {
    return `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  } catch {
    throw storeError('bad_config', `service "${service}" has a user or password in "url" with a stray %`, {
      hint: 'Write % as %25 there.',
    })
  }
}

function isHeader(name: string, value: string): boolean {
  try {
    new Headers({ [name]: value })
    return true
  } catch {
    return false
  }
}
