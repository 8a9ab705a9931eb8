/** A lease that was granted. */
export interface Lease {
  granted: true
  release(): Promise<void>
}

/** A lease that somebody else has. */
export interface LeaseRefused {
  granted: false
  /** For how long it is still taken, in ms. */
  busyMs: number
}
