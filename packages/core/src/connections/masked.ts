import { redactText, secretsIn } from '../config/secrets.ts'
import type { ServiceConfig } from '../config/service-config.ts'

/** A text that came from a server, which may well print the secrets of its config, without them. */
export function masked(text: string, config: ServiceConfig): string {
  return redactText(text, secretsIn(config))
}
