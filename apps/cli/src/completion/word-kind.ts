/** What a word of a command line names, where a shell can complete it. */
export type WordKind =
  | '@file'
  | 'agent'
  | 'argument'
  | 'command'
  | 'dataspace'
  | 'file'
  | 'service'
  | 'tool'
  | readonly string[]
