import { quoted } from '../config/problem.ts'
import { serviceWords } from '../config/shell-words.ts'
import type { House } from '../house.ts'
import type { ServiceName } from '../services/keys.ts'

/** Of services that were removed, to which the user is signed in all the same: other dataspaces may have them, too. */
export function tokensLeft({ reach }: House, removed: readonly ServiceName[]): { warnings?: string[] } {
  const left = removed.filter((service) => reach.signIns.kept?.isSignedIn(service))
  const warnings = left.map(({ name, scope }) => {
    const words = serviceWords(name, scope)
    return `the tokens for service ${quoted(name)} are still here: mcpstore logout ${words} (signOut) removes them`
  })
  return warnings.length > 0 ? { warnings } : {}
}
