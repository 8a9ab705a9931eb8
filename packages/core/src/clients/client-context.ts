import { checkMethodOptions } from '../options/option-checks.ts'
import { SignInContext } from '../tokens/sign-in-context.ts'
import type { ClientExport, ExportForOptions } from './export-for.ts'
import type { FindOptions, FoundConfig } from './find-configs.ts'

/** What one can do about other clients of MCP on this machine: take what they have, and give them what is here. */
export class ClientContext extends SignInContext {
  /**
   * What other clients on this machine keep in their files, a project's first, against what is here. Nothing is changed
   * or started; `input` of a found service is what `addService` takes. @throws `usage`
   */
  async findConfigs(options: FindOptions = {}): Promise<FoundConfig[]> {
    checkMethodOptions('findConfigs', options)
    const { findConfigs } = await import('./find-configs.ts')
    return findConfigs(this.house, options)
  }

  /**
   * The services in the words of another client, as the text of its file. What it has no words for is named; nothing is
   * filled in or opened, and what is not trusted is left out. @throws `usage`; `bad_config` for an `over` that is no such file
   */
  async exportFor(client: string, options: ExportForOptions = {}): Promise<ClientExport> {
    checkMethodOptions('exportFor', options)
    const { exportFor } = await import('./export-for.ts')
    return exportFor(this.house, client, options)
  }
}
