import { existsSync, readFileSync } from 'node:fs'
import { relative } from 'node:path'

/**
 * Counts a vitest run from its JSON report. A file that could not be loaded, or whose hook failed, counts as one
 * failed test, and so does a run that failed without naming any.
 *
 * @param {string} file The report; missing when vitest died before it wrote one.
 * @param {boolean} succeeded Whether vitest itself exited with 0.
 * @returns {{ passed: number, failed: number, skipped: { count: number, files: string[] }, again: string[] }} `again` names what
 *   passed only when it was run again.
 */
export function readVitestReport(file, succeeded) {
  const counts = { passed: 0, failed: 0, skipped: { count: 0, files: [] }, again: [] }
  for (const suite of existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).testResults : []) {
    const statuses = suite.assertionResults.map((test) => test.status)
    const passed = statuses.filter((status) => status === 'passed').length
    const failed = statuses.filter((status) => status === 'failed').length
    counts.passed += passed
    for (const {
      status,
      fullName,
      failureMessages: [why],
    } of suite.assertionResults) {
      if (status === 'passed' && why !== undefined) counts.again.push(`${fullName} (${why.split('\n')[0]})`)
    }
    counts.failed += failed === 0 && suite.status === 'failed' ? 1 : failed
    const skipped = statuses.length - passed - failed
    counts.skipped.count += skipped
    if (skipped > 0) counts.skipped.files.push(relative(process.cwd(), suite.name))
  }
  if (counts.failed === 0 && !succeeded) counts.failed = 1
  return counts
}
