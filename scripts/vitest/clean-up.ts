import { afterEach } from 'vitest'
import { cleanUp } from '../../tests/support/cleanups.ts'

// Here, as modules that tests share are loaded once for many files: a hook of theirs would be that of the first one.
afterEach(cleanUp)
