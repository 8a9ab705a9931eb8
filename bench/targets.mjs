// What a measurement must reach, as a text and as a verdict.

/** At most `limit` times what it is compared with. */
export function atMost(limit) {
  return { text: `≤ ${limit} ×`, verdict: ({ ratio }) => (ratio <= limit ? 'met' : 'MISSED') }
}

/** At most `limit` microseconds, whatever it is compared with. */
export function withinMicroseconds(limit) {
  return { text: `≤ ${limit} µs`, verdict: ({ ours }) => (ours * 1000 <= limit ? 'met' : 'MISSED') }
}

/** At most `limit` milliseconds, whatever it is compared with. */
export function withinMilliseconds(limit) {
  return { text: `≤ ${limit} ms`, verdict: ({ ours }) => (ours <= limit ? 'met' : 'MISSED') }
}

/** At most `limit` KB, whatever it is compared with. */
export function withinKilobytes(limit) {
  return { text: `≤ ${limit} KB`, verdict: ({ ours }) => (ours <= limit ? 'met' : 'MISSED') }
}

/** At most `limit` MB, whatever it is compared with. */
export function withinMegabytes(limit) {
  return { text: `≤ ${limit} MB`, verdict: ({ ours }) => (ours <= limit ? 'met' : 'MISSED') }
}

/** Told for comparison only. */
export const noTarget = { text: '-', verdict: () => '-' }
