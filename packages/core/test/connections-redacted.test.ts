import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import type { ServiceConfig } from '../src/config/service-config.ts'
import { redactedCause } from '../src/connections/redacted.ts'

/** An error in which a text only shows where it is looked through, and how often it was. */
function cause(text: string): { error: Error; looks: () => number } {
  let looks = 0
  const error = Object.assign(new Error('fetch failed'), {
    code: 'E_ANY',
    [inspect.custom]: () => {
      looks += 1
      return text
    },
  })
  return { error, looks: () => looks }
}

test('what was caught is kept as a cause unless a secret of its config shows in it anywhere', () => {
  const headers = { authorization: 'Bearer sesame-open-now' }
  const config: ServiceConfig = { type: 'http', url: 'https://example.com/mcp', headers }
  const { error, looks } = cause('sent: Bearer sesame-open-now')
  const kept = redactedCause(error, config)
  expect(looks()).toBe(1)
  expect(kept).not.toBe(error)
  expect(inspect(kept)).not.toContain('sesame')
  expect(kept).toMatchObject({ message: 'fetch failed', code: 'E_ANY' })
  const harmless = cause('sent: nothing')
  expect(redactedCause(harmless.error, config)).toBe(harmless.error)
})

test('where a config has no secret, what was caught is not looked through for any', () => {
  const { error, looks } = cause('sent: nothing')
  expect(redactedCause(error, { type: 'http', url: 'https://example.com/mcp' })).toBe(error)
  expect(looks()).toBe(0)
})
