import type { ServiceConfig } from '../config/service-config.ts'
import type { ToolFilter } from '../tools/tool-filter.ts'

export const FORMAT = 'mcpstore-dataspace'
/** A later version means something else by what is in it; docs/export.md says what each holds. */
export const VERSION = 1

/** A service as it is stored: placeholders as written, and whatever stands in it, secrets included. */
export interface ExportedService {
  config: ServiceConfig
  /** Why it was inert where it was exported, if it was: nobody there had trusted it. */
  untrusted?: string
}

/** What an agent has. */
export interface ExportedAgent {
  services: Record<string, ExportedService>
  /** Of which services of the store it may use what. */
  assignments: Record<string, ToolFilter>
}

/** What a dataspace holds that somebody has put there; nothing of what was found out about it. */
export interface DataspaceExport {
  format: typeof FORMAT
  version: typeof VERSION
  namespace: string
  dataspace: string
  /** ISO 8601. */
  exportedAt: string
  services: Record<string, ExportedService>
  agents: Record<string, ExportedAgent>
}
