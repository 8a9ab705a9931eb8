import type { ProtocolChoice, ServiceConfig } from '../config/service-config.ts'

/** The first revision without a handshake, and the newest there is. */
export const MODERN_VERSION = '2026-07-28'

/** Whether a server is spoken to with a handshake before everything else, or with all that matters in each request. */
export type Era = 'legacy' | 'modern'

/** The era of a revision; revisions are dates, so they compare as text. */
export function eraOf(protocolVersion: string): Era {
  return protocolVersion >= MODERN_VERSION ? 'modern' : 'legacy'
}

/** What the config chooses, or leaves to be found out; a server that is started is not asked unless it is wanted. */
export function choiceOf(config: ServiceConfig): ProtocolChoice {
  if (config.type === 'sse') return 'legacy'
  return config.protocol ?? (config.type === 'http' ? 'auto' : 'legacy')
}

/** The eras to try, one after the other. `known` is what the server spoke before, if that is remembered. */
export function erasToTry(choice: ProtocolChoice, known: Era | undefined): readonly Era[] {
  if (choice === 'legacy') return ['legacy']
  if (choice === MODERN_VERSION) return ['modern']
  return known === 'legacy' ? ['legacy', 'modern'] : ['modern', 'legacy']
}
