import { checkMethodOptions } from '../options/option-checks.ts'
import { TrustContext } from '../trust/trust-context.ts'
import type { SignInOptions, SignInReport, SignOutReport } from './sign-in.ts'

/** What one can do about being signed in to services. */
export class SignInContext extends TrustContext {
  /**
   * Signs the user in to a service with OAuth: `open` shows him the page, and his browser comes back to a port of this
   * machine. The tokens are kept in the home of this store, for this service at this address alone, and used from then on.
   * @throws `unknown_service`, `untrusted`, `usage`, `auth_required` when he or the service says no, `timeout`, `aborted`,
   * `unreachable`, `storage`
   */
  async signIn(name: string, options: SignInOptions): Promise<SignInReport> {
    checkMethodOptions('signIn', options)
    const { signIn } = await import('./sign-in.ts')
    return signIn(this.house, name, options)
  }

  /**
   * Removes the tokens for a service, and has them revoked where its authorization server offers that.
   * @throws `unknown_service`, `usage`, `storage`
   */
  async signOut(name: string): Promise<SignOutReport> {
    const { signOut } = await import('./sign-in.ts')
    return signOut(this.house, name)
  }
}
