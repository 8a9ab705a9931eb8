// What a measurement must reach, as a text and as a verdict. `figure` says which of ours is meant, p50 or p99.

/** At most `limit` times what it is compared with. */
export function atMost(limit) {
  return { text: `≤ ${limit} ×`, isMet: ({ ratio }) => ratio.median <= limit }
}

/** At least `factor` times as fast as what it is compared with. */
export function timesAsFast(factor) {
  return { text: `${factor} × as fast`, isMet: ({ ratio }) => ratio.median <= 1 / factor }
}

/** At most `limit` microseconds, whatever it is compared with. */
export function withinMicroseconds(limit, figure = 'p50') {
  return { text: `≤ ${limit} µs`, isMet: ({ ours }) => ours[figure] * 1000 <= limit }
}

/** At most `limit` milliseconds, whatever it is compared with. */
export function withinMilliseconds(limit, figure = 'p50') {
  return { text: `≤ ${limit} ms`, isMet: ({ ours }) => ours[figure] <= limit }
}

/** At most `limit` KB, whatever it is compared with. */
export function withinKilobytes(limit, figure = 'p50') {
  return { text: `≤ ${limit} KB`, isMet: ({ ours }) => ours[figure] <= limit }
}

/** At most `limit` MB, whatever it is compared with. */
export function withinMegabytes(limit, figure = 'p50') {
  return { text: `≤ ${limit} MB`, isMet: ({ ours }) => ours[figure] <= limit }
}
