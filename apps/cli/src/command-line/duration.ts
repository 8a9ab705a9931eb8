import { usageError } from '../failures/cli-error.ts'

const unitMs: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }
/** The longest delay a timer of Node takes. */
const longestMs = 2 ** 31 - 1

/**
 * Reads `30` or `1.5` (seconds), `500ms`, `45s`, `2m`, `1h` as milliseconds.
 * Throws `usage`, naming `option`, for anything else, for zero, and for more than 24 days.
 */
export function parseDuration(text: string, option: string): number {
  const match = /^(\d+(?:\.\d+)?|\.\d+)(ms|s|m|h)?$/.exec(text.trim())
  const ms = match ? Math.round(Number(match[1]) * (unitMs[match[2] ?? 's'] ?? 1000)) : 0
  if (ms < 1 || ms > longestMs) {
    throw usageError(
      `${option} is not a usable time: "${text}"`,
      'Write seconds (30), or a number with a unit: 500ms, 45s, 2m.',
    )
  }
  return ms
}

/** An age in milliseconds for people, in its largest whole unit: `40s`, `3m`, `2h`, `5d`. */
export function formatAge(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  if (seconds < 60) return `${seconds}s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}h`
  return `${Math.floor(seconds / 86_400)}d`
}
