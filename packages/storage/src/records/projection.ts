/** One field of a hash that is derived from records: a shortcut for people and other programs, never the truth. */
export interface Projection {
  /** Below the dataspace, e.g. from `infoKey`. */
  key: string
  field: string
  json: string
}
