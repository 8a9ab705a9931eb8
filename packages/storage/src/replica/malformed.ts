/** Something that was read and could not be used. */
export interface Malformed {
  /** Of the record, or the channel it was heard on. */
  key: string
  /** What is wrong with it. */
  problem: string
}
