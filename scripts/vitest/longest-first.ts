import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Short to read and long to run: by their size they would begin last, and go on when all the others are over. */
const longest = [
  'tests/package/documents.test.ts',
  'tests/mutants/core.test.ts',
  'packages/core/test/connections-host-death.test.ts',
  'tests/e2e/failing-services.test.ts',
  'tests/e2e/pins.test.ts',
  'tests/mutants/storage.test.ts',
  'tests/faults/mirror-shared.test.ts',
  'packages/storage/test/tier-schedules.test.ts',
  // By itself as much as a machine of two cores can do.
  'tests/faults/random.test.ts',
]

/** These first, then what took longest the last time; where nothing has run before, the largest. */
export class LongestFirst extends BaseSequencer {
  override async sort(specifications: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(specifications)
    const isLong = ({ moduleId }: TestSpecification) => longest.some((path) => moduleId.endsWith(`/${path}`))
    return [...sorted.filter(isLong), ...sorted.filter((one) => !isLong(one))]
  }
}
