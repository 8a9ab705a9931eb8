import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { run } from './fakes.ts'

const LONG = 'the secret of this team'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mcpstore-secret-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** A file with the secret, for those whom the mode lets read it. */
function secretFile(mode: number, text = LONG): string {
  const file = join(folder, `a secret ${mode}`)
  writeFileSync(file, text)
  chmodSync(file, mode)
  return file
}

const list = (env: Record<string, string>, ...options: string[]) =>
  run(['list', ...options], { host: { env }, services: { listServices: async () => [] } })

describe('the secret of a dataspace', () => {
  it.each([
    ['MCPSTORE_SECRET is empty', { MCPSTORE_SECRET: '' }],
    ['MCPSTORE_SECRET is empty', { MCPSTORE_SECRET: ' \n' }],
    ['MCPSTORE_SECRET_FILE is empty', { MCPSTORE_SECRET_FILE: '' }],
    ['MCPSTORE_SECRET_FILE is empty: /dev/null', { MCPSTORE_SECRET_FILE: '/dev/null' }],
    ['MCPSTORE_SECRET_FILE cannot be read', { MCPSTORE_SECRET_FILE: '/nowhere/secret' }],
    [
      'MCPSTORE_SECRET_FILE is set beside MCPSTORE_SECRET',
      { MCPSTORE_SECRET_FILE: '/x', MCPSTORE_SECRET: LONG },
    ],
    [
      'MCPSTORE_SECRET_FILE is set beside MCPSTORE_SECRET_PREVIOUS',
      { MCPSTORE_SECRET_FILE: '/x', MCPSTORE_SECRET_PREVIOUS: LONG },
    ],
    ['MCPSTORE_SECRET_PREVIOUS is set without MCPSTORE_SECRET', { MCPSTORE_SECRET_PREVIOUS: LONG }],
  ])('%s: refused before anything is opened, with what to do', async (message, env) => {
    const { exit, stderr, opened } = await list(env)
    expect({ exit, opened }).toEqual({ exit: 1, opened: [] })
    expect(stderr).toContain(`error: ${message}`)
    expect(stderr).toMatch(/^hint: {2}\S/m)
  })

  it('that is given is used without a word, and what is empty beside it is none', async () => {
    const { stderr, opened } = await list({ MCPSTORE_SECRET: LONG, MCPSTORE_SECRET_PREVIOUS: '' })
    expect([stderr, opened[0]?.secret]).toEqual(['', { current: LONG, previous: [] }])
    const file = secretFile(0o600, `${LONG}\n\nthe secret of before\n`)
    const second = await list({ MCPSTORE_SECRET_FILE: file, MCPSTORE_SECRET_PREVIOUS: '' })
    expect([second.stderr, second.opened[0]?.secret]).toEqual([
      '',
      { current: LONG, previous: ['the secret of before'] },
    ])
    expect((await list({})).opened[0]?.secret).toBeUndefined()
  })

  it('in a file that others may read is warned about, with the command that ends it', async () => {
    for (const mode of [0o644, 0o640, 0o604]) {
      const file = secretFile(mode)
      const { exit, stderr } = await list({ MCPSTORE_SECRET_FILE: file })
      expect(exit).toBe(0)
      expect(stderr).toContain(
        `warning: others on this machine may read the secret of the dataspace in ${file}\n`,
      )
      expect(stderr).toContain(`hint:    chmod 600 '${file}'\n`)
      expect((await list({ MCPSTORE_SECRET_FILE: file }, '--json')).stderr).toBe('')
    }
  })

  it('that is short is warned about, also one of before, and not repeated', async () => {
    for (const env of [
      { MCPSTORE_SECRET: 'fifteen letters' },
      { MCPSTORE_SECRET: LONG, MCPSTORE_SECRET_PREVIOUS: 'fifteen letters' },
      { MCPSTORE_SECRET_FILE: secretFile(0o600, 'fifteen letters') },
    ]) {
      const { exit, stderr } = await list(env)
      expect(exit).toBe(0)
      expect(stderr).toContain('warning: a secret of the dataspace is shorter than 16 characters')
      expect(stderr).not.toContain('fifteen letters')
    }
    expect((await list({ MCPSTORE_SECRET: 'sixteen  letters' })).stderr).toBe('')
  })
})
