/**
 * Whether this is a moment as `toISOString` writes it. What others stored is shown as it is, and `Date.parse` takes far more
 * than moments: whatever stands in brackets, for one.
 */
export function isMoment(value: unknown): value is string {
  if (typeof value !== 'string') return false
  const ms = Date.parse(value)
  return !Number.isNaN(ms) && new Date(ms).toISOString() === value
}
