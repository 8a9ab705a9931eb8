import { describe, expect, it } from 'vitest'
import { fingerprint } from '../src/config/fingerprint.ts'
import type { ServiceConfig } from '../src/config/service-config.ts'

const stdio: ServiceConfig = {
  type: 'stdio',
  command: 'npx',
  args: ['a', 'b'],
  env: { A: '1', B: '2' },
  cwd: '/srv',
}
const http: ServiceConfig = { type: 'http', url: 'https://example.com/mcp?key=1', headers: { A: '1' } }
const same = (a: ServiceConfig, b: ServiceConfig): boolean => fingerprint(a, 'key') === fingerprint(b, 'key')

describe('the fingerprint of a config', () => {
  it('is a sha256 in hex', () => {
    expect(fingerprint(stdio, 'key')).toMatch(/^[0-9a-f]{64}$/)
  })

  it('does not change with what does not matter for connecting', () => {
    expect(same(stdio, { ...stdio, description: 'Weather', disabled: true })).toBe(true)
    expect(
      same(stdio, { cwd: '/srv', env: { B: '2', A: '1' }, args: ['a', 'b'], command: 'npx', type: 'stdio' }),
    ).toBe(true)
    expect(
      same({ type: 'stdio', command: 'npx' }, { type: 'stdio', command: 'npx', args: [], env: {} }),
    ).toBe(true)
    expect(same(http, { ...http, headers: { a: '1' } })).toBe(true)
  })

  it.each<[string, ServiceConfig, ServiceConfig]>([
    ['command', stdio, { ...stdio, command: 'node' }],
    ['args', stdio, { ...stdio, args: ['a', 'c'] }],
    ['the order of args', stdio, { ...stdio, args: ['b', 'a'] }],
    ['where args are cut', stdio, { ...stdio, args: ['a b'] }],
    ['cwd', stdio, { ...stdio, cwd: '/tmp' }],
    ['an env name', stdio, { ...stdio, env: { A: '1', C: '2' } }],
    ['an env value', stdio, { ...stdio, env: { A: '1', B: '3' } }],
    ['env values swapped', stdio, { ...stdio, env: { A: '2', B: '1' } }],
    ['type', http, { ...http, type: 'sse' }],
    ['url', http, { ...http, url: 'https://example.org/mcp?key=1' }],
    ['a credential in the url', http, { ...http, url: 'https://example.com/mcp?key=2' }],
    ['protocol', http, { ...http, protocol: 'legacy' }],
    ['a header value', http, { ...http, headers: { A: '2' } }],
  ])('changes with %s', (_, a, b) => {
    expect(same(a, b)).toBe(false)
  })

  it('depends on the key only where there may be credentials', () => {
    const plain: ServiceConfig = { type: 'http', url: 'https://example.com/mcp' }
    expect(fingerprint(plain, 'one')).toBe(fingerprint(plain, 'two'))
    for (const config of [
      stdio,
      http,
      { ...plain, url: 'https://bob:hunter2@example.com' },
    ] as ServiceConfig[]) {
      expect(fingerprint(config, 'one')).not.toBe(fingerprint(config, 'two'))
      expect(fingerprint(config, 'one')).toBe(fingerprint(config, new TextEncoder().encode('one')))
    }
  })
})
