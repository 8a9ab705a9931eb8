// What the outcomes are called and look like: colours that people who see fewer can tell apart, and marks besides.

export const told = {
  ok: 'right',
  kept: 'right, and says that Redis has not confirmed it',
  late: 'right, after more than 2 s',
  error: 'an error',
  missing: 'nothing found, though it is there',
  lost: 'said to be written, and lost',
  hung: 'no answer within 15 s',
  gone: 'the process has ended',
}

export const marks = { late: '…', error: '×', missing: '?', lost: '!', hung: '∞', gone: '†' }

const light = {
  page: '#ffffff',
  ink: '#1f2328',
  soft: '#59636e',
  line: '#d8dee4',
  outage: '#f3f0ea',
  bad: '#b3261e',
  ok: '#2f9e77',
  kept: '#4c8fd6',
  late: '#e0a100',
  error: '#d9622b',
  missing: '#b565c9',
  lost: '#c5283d',
  hung: '#3b3f46',
  gone: '#8b949e',
  mark: '#ffffff',
}

const dark = {
  ...light,
  page: '#0d1117',
  ink: '#e6edf3',
  soft: '#9198a1',
  line: '#30363d',
  outage: '#211d18',
  bad: '#ff8a80',
  ok: '#3fb68b',
  kept: '#58a6ff',
  late: '#e3b341',
  error: '#f0883e',
  missing: '#c58fe0',
  lost: '#f0616f',
  hung: '#c9d1d9',
  mark: '#0d1117',
}

const filled = ['ok', 'kept', 'late', 'error', 'missing', 'lost', 'hung', 'gone']

function colours({ page, ink, soft, line, outage, bad, mark, ...outcomes }) {
  return [
    `.page{fill:${page}}.title,.system,.lane{fill:${ink}}.note,.tick{fill:${soft}}.bad{fill:${bad}}`,
    `.outage{fill:${outage}}.base,.level{stroke:${line}}.mark{fill:${mark}}`,
    ...filled.map((outcome) => `.${outcome} rect,.${outcome} .above{fill:${outcomes[outcome]}}`),
  ].join('')
}

export const style = [
  'text{font:12px ui-sans-serif,system-ui,-apple-system,"Segoe UI","DejaVu Sans",sans-serif}',
  '.title{font-size:18px;font-weight:600}.system{font-size:14px;font-weight:600}',
  '.lane{text-anchor:end}.tick{text-anchor:middle;font-size:11px}.note{font-size:11px}',
  '.mark{text-anchor:middle;font-size:12px;font-weight:700}',
  '.level{stroke-dasharray:2 4}',
  colours(light),
  `@media (prefers-color-scheme:dark){${colours(dark)}}`,
].join('')
