/** What a word of a command line names, where a shell can complete it. */
export type WordKind =
  | '@file'
  | 'agent'
  | 'argument'
  | 'command'
  | 'dataspace'
  | 'file'
  | 'prompt'
  | 'service'
  | 'tool'
  | readonly string[]
