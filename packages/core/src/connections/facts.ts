import type { ServerFacts } from './connector.ts'

/** What a server says about itself. Servers are sloppy about that; nothing of it is worth losing one. */
export function factsFrom(answer: Record<string, unknown>, protocolVersion: string): ServerFacts {
  const info = fields(answer['serverInfo'])
  return {
    name: text(info['name']),
    version: text(info['version']),
    protocolVersion,
    capabilities: fields(answer['capabilities']),
    instructions: text(answer['instructions']),
  }
}

/** The fields of what should be an object, none if it is not. */
export function fields(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
