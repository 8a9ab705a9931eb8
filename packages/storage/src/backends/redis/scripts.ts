import { createHash } from 'node:crypto'
import beat from './scripts/beat.lua?raw'
import clear from './scripts/clear.lua?raw'
import count from './scripts/count.lua?raw'
import feed from './scripts/feed.lua?raw'
import fold from './scripts/fold.lua?raw'
import lease from './scripts/lease.lua?raw'
import leave from './scripts/leave.lua?raw'
import look from './scripts/look.lua?raw'
import merge from './scripts/merge.lua?raw'
import note from './scripts/note.lua?raw'
import open from './scripts/open.lua?raw'
import project from './scripts/project.lua?raw'
import release from './scripts/release.lua?raw'
import report from './scripts/report.lua?raw'
import rules from './scripts/rules.lua?raw'
import stay from './scripts/stay.lua?raw'
import sweep from './scripts/sweep.lua?raw'

/** A script as Redis knows it. */
export interface Script {
  text: string
  sha: string
}

function script(body: string): Script {
  const text = `${rules}\n${body}`
  return { text, sha: createHash('sha1').update(text).digest('hex') }
}

type Name =
  | 'beat'
  | 'clear'
  | 'count'
  | 'feed'
  | 'fold'
  | 'lease'
  | 'leave'
  | 'look'
  | 'merge'
  | 'note'
  | 'open'
  | 'project'
  | 'release'
  | 'report'
  | 'stay'
  | 'sweep'

/** What runs inside Redis; each file says what it takes and returns. */
export const scripts: Record<Name, Script> = {
  beat: script(beat),
  clear: script(clear),
  count: script(count),
  feed: script(feed),
  fold: script(fold),
  lease: script(lease),
  leave: script(leave),
  look: script(look),
  merge: script(merge),
  note: script(note),
  open: script(open),
  project: script(project),
  release: script(release),
  report: script(report),
  stay: script(stay),
  sweep: script(sweep),
}
