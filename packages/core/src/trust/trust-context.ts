import { ContentContext } from '../contents/content-context.ts'
import { checkMethodOptions } from '../options/option-checks.ts'
import type { ToolsDiff } from '../pins/tools-diff.ts'
import type { RenewOptions } from '../tools/listing.ts'
import type { TrustOptions, TrustReport } from './trust-service.ts'

/** What one can do about whom to trust: with which config a service runs, and that its tools are what they were. */
export class TrustContext extends ContentContext {
  /**
   * Approves a service's config exactly as it is stored now, so that it may be started and connected here. Any change
   * to it ends that. `confirm` is shown what would be approved. @throws `unknown_service`, `conflict`, `storage`
   */
  async trustService(name: string, options: TrustOptions = {}): Promise<TrustReport> {
    checkMethodOptions('trustService', options)
    const { trustService } = await import('./trust-service.ts')
    return trustService(this.house, name, options)
  }

  /** Takes back what was approved under this name, and ends its connection. @throws `unknown_service`, `usage`, `storage` */
  async revokeTrust(name: string): Promise<TrustReport> {
    const { revokeTrust } = await import('./trust-service.ts')
    return revokeTrust(this.house, name)
  }

  /**
   * How the tools of a service differ from what they were when this user first used it, or last accepted them; pins
   * nothing. The list is the one that `listTools` gives, with the same options. @throws as `listTools`, `storage`
   */
  async diffTools(service: string, options: RenewOptions = {}): Promise<ToolsDiff> {
    checkMethodOptions('diffTools', options)
    const { diffTools } = await import('../pins/tool-pins.ts')
    return diffTools(this.house, service, options)
  }

  /** Takes what the tools are now for what they have to be, and says how that differs from before. @throws as `diffTools` */
  async acceptTools(service: string, options: RenewOptions = {}): Promise<ToolsDiff> {
    checkMethodOptions('acceptTools', options)
    const { acceptTools } = await import('../pins/tool-pins.ts')
    return acceptTools(this.house, service, options)
  }
}
