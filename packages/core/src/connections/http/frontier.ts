import { lookup as systemLookup } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import type { Verdict } from '../verdict.ts'
import { isInner } from './inner-addresses.ts'

/** The host's word on addresses of this machine and its networks: all of them, or those that a function says `true` to. */
export type PrivateAddressOption = boolean | ((address: string) => boolean)

/** As `lookup` of `node:dns`, asked for all addresses. */
export type LookupAll = (
  host: string,
  options: { all: true },
  done: (error: Error | null, found: { address: string; family: number }[]) => void,
) => void

export interface FrontierOptions {
  allow: PrivateAddressOption | undefined
  /** Default: the system's. */
  lookup?: LookupAll | undefined
}

/** A connection was not begun: all addresses of its host are ones that a stranger's service may not reach. */
export class ForbiddenAddress extends Error {
  readonly address: string

  constructor(host: string, address: string, options?: ErrorOptions) {
    super(host === address ? address : `${host} is ${address}`, options)
    this.address = address
  }
}

/** What a request means that was not sent for its address. */
export function forbiddenVerdict({ message }: ForbiddenAddress): Verdict {
  return {
    fate: 'forbidden',
    words: `is not trusted here, and may not reach this machine or its networks: ${message}`,
    over: true,
  }
}

/** Where a stranger's service ends: it reaches no address from which more can be seen than from everywhere. */
export class Frontier {
  readonly #allow: PrivateAddressOption
  readonly #find: LookupAll

  constructor({ allow = false, lookup = systemLookup as LookupAll }: FrontierOptions) {
    this.#allow = allow
    this.#find = lookup
  }

  /** Passes a host that is no address, for `lookup`, or one that may be reached. @throws ForbiddenAddress */
  check(url: URL): void {
    const host = url.hostname.replace(/^\[|\]$/g, '')
    if (isIP(host) !== 0) this.#openOf(host, [{ address: host }])
  }

  /** For `net.connect`, which connects to what this answers and asks nobody else. */
  readonly lookup: LookupFunction = (host, options, done) => {
    this.#find(host, { ...options, all: true }, (error, found) => {
      if (error) return done(error, '')
      try {
        const open = this.#openOf(host, found)
        if (options.all) done(null, open)
        else done(null, open[0]!.address, open[0]!.family)
      } catch (thrown) {
        done(thrown as Error, '')
      }
    })
  }

  /** Those of a host's addresses that may be reached, at least one. @throws ForbiddenAddress */
  #openOf<Found extends { address: string }>(host: string, found: Found[]): Found[] {
    const open = found.filter(({ address }) => !isInner(address) || this.#isAllowed(host, address))
    if (open.length > 0) return open
    throw new ForbiddenAddress(host, found[0]?.address ?? host)
  }

  #isAllowed(host: string, address: string): boolean {
    if (typeof this.#allow !== 'function') return this.#allow
    try {
      return this.#allow(address) === true
    } catch (cause) {
      throw new ForbiddenAddress(host, address, { cause })
    }
  }
}
