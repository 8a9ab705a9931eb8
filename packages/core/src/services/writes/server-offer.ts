import type { ParsedServices } from '../../config/parse.ts'
import { configToApprove } from '../../config/redaction/redact.ts'
import type { ServiceConfig } from '../../config/service-config.ts'

/** What a `server.json` comes to here. */
export interface ServerOffer {
  name: string
  /** The exact command and variables, or address and headers; only plain tokens that look secret read `***`. */
  config: ServiceConfig
  /** What was left out, and what else it offers. */
  notes: readonly string[]
}

/** What was read, without the descriptions of servers that are declined. */
export async function withoutDeclined(
  read: ParsedServices,
  confirm: (offer: ServerOffer) => boolean | Promise<boolean>,
): Promise<ParsedServices> {
  const services: ParsedServices['services'] = []
  for (const service of read.services) {
    const { name, config, notes = [], isOffer } = service
    const isWanted = !isOffer || (await confirm({ name, config: configToApprove(config), notes })) === true
    if (isWanted) services.push(service)
  }
  return { ...read, services }
}
