import { createRequire } from 'node:module'
import { expect, it } from 'vitest'
import { currentTarget } from '../src/process/native-part.ts'

it('the native part for this machine is installed under the name it is looked for', () => {
  expect(createRequire(import.meta.url).resolve(`@libsql/${currentTarget()}`)).toMatch(/\.node$/)
})
