/** What something may cost at most. All are counts, so that no other load on the machine has a part in them. */
export interface Limit {
  what: string
  most: number
  /** What the count is made of, and why it is no less. */
  why: string
}

/** The built program: what it loads is read and compiled at each start, which is most of what a start takes. */
export const ofProgram: Limit[] = [
  { what: 'mcpstore --help: bytes', most: 59_000, why: 'reads the command line, and says what there is' },
  {
    what: 'mcpstore list: bytes',
    most: 540_000,
    why: 'opens a local store and shows what is in it; one file, and libsql',
  },
  { what: 'mcpstore list-tools: bytes', most: 540_000, why: 'the same' },
  { what: 'mcpstore list-tools: files', most: 5, why: 'no SDK, no schema validator' },
  {
    what: 'mcpstore use-tool: bytes',
    most: 750_000,
    why: 'our own connection; of the SDK only what its types need',
  },
  { what: 'mcpstore use-tool: files', most: 25, why: 'the same' },
  { what: 'mcpstore --help: processes', most: 0, why: 'it asks nobody' },
  { what: 'mcpstore list: processes', most: 0, why: 'it reads what is stored' },
  {
    what: 'mcpstore list-tools: processes',
    most: 0,
    why: 'the lists are cached, and as new as they have to be',
  },
  {
    what: 'mcpstore use-tool: processes',
    most: 2,
    why: 'the one server of the tool, and the shell that outlives us',
  },
]

/** The storage tier over Redis, in one process and seen from another. */
export const ofDataspace: Limit[] = [
  {
    what: 'open: commands',
    most: 11,
    why: '2 names, SUBSCRIBE, PUBLISH; note, open and layout; feed, beat, records',
  },
  { what: 'get, list, counters, status: commands', most: 0, why: 'readers are answered from the replica' },
  { what: 'put: commands', most: 1, why: 'one script; what a process wrote itself it does not read again' },
  { what: 'a change seen: commands', most: 2, why: 'the feed, and the record that it names' },
  {
    what: 'a change seen: bytes',
    most: 680,
    why: 'the hint, two commands, their answers, a config of 60 bytes',
  },
  {
    what: '100 counts: commands',
    most: 1,
    why: 'totals, so that many are sent as one; the answer has the new ones',
  },
  {
    what: 'counts seen: commands',
    most: 3,
    why: 'the feed, the counters, and since when their service is there',
  },
  { what: 'a beat: commands', most: 1, why: 'sign of life, revision and clock in one script' },
  { what: 'close: commands', most: 1, why: 'says goodbye' },
]

/** A store over Redis, of ten services with twenty tools each. */
export const ofStore: Limit[] = [
  {
    what: 'setup and a first listing of tools: commands',
    most: 49,
    why: '3 records a service, 10 lists, and opening',
  },
  {
    what: 'setup and a first listing of tools: round trips',
    most: 10,
    why: 'opening, the feed, records, lists; what is sent together counts twice when an answer comes between',
  },
  { what: 'listings after that: commands', most: 0, why: 'everything is here' },
  { what: 'addService: commands', most: 1, why: 'one put' },
  {
    what: 'a list of 20 tools fetched again, and close: commands',
    most: 5,
    why: 'lease, a look at what is new, that the list is as it was, release; close',
  },
  {
    what: 'a list of 20 tools fetched again, and close: bytes',
    most: 1450,
    why: 'the list itself is not among them',
  },
  { what: 'the same, heard of by another process: commands', most: 2, why: 'the feed, and one small record' },
  {
    what: 'the same, heard of by another process: bytes',
    most: 700,
    why: 'the same, whatever the list holds',
  },
  { what: 'mcpstore list: commands', most: 47, why: 'as above, with what the mirror knows compared' },
  { what: 'mcpstore list: round trips', most: 14, why: 'the same' },
  { what: 'mcpstore use-tool: commands', most: 48, why: 'the same, and the counters once' },
]
