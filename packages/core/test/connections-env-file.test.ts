import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { connect, failureOf, scratch, stdioConfig } from './connections-fixtures.ts'

const call = { timeoutMs: 10_000 }

function fileOf(text: string | Buffer): string {
  const path = join(scratch(), '.env')
  writeFileSync(path, text)
  return path
}

async function environmentOf(envFile: string, env?: Record<string, string>): Promise<Record<string, string>> {
  const connection = await connect(stdioConfig({}, { envFile, ...(env && { env }) }))
  const result = await connection.callTool('env', {}, call)
  return JSON.parse(String(result.content?.[0]?.['text'])).env
}

describe('the envFile of a stdio server', () => {
  test('is read as .env files are, nothing in it is filled in, and env goes before it', async () => {
    const text =
      '\ufeffA=1\r\n# a remark\nexport B="two words" # said\nC=\'$HOME ${HOME}\'\n\nD=a=b\nE=file\n'
    const seen = await environmentOf(fileOf(text), { E: 'config', F: 'more' })
    expect(seen).toMatchObject({
      A: '1',
      B: 'two words',
      C: '$HOME ${HOME}',
      D: 'a=b',
      E: 'config',
      F: 'more',
    })
  })

  test('may hold values of several lines, whatever stands in them', async () => {
    const text = 'A="one\n\ntwo words" # said\n  export B = \'{\n#\n}\'\nC="\nx=y\n"\nD=it\'s "so\nE=\n'
    const seen = await environmentOf(fileOf(text))
    expect(seen).toMatchObject({ A: 'one\n\ntwo words', B: '{\n#\n}', C: '\nx=y\n', D: 'it\'s "so', E: '' })
  })

  test('is read anew at each start', async () => {
    const path = fileOf('A=1')
    expect((await environmentOf(path))['A']).toBe('1')
    writeFileSync(path, 'A=2')
    expect((await environmentOf(path))['A']).toBe('2')
  })

  test('keeps its values to itself when the server prints them', async () => {
    const envFile = fileOf('API_KEY=hush-hush-4711')
    const config = stdioConfig({}, { envFile })
    const dying = { command: 'sh', args: ['-c', 'echo "key is $API_KEY" >&2; exit 3'] }
    const error = await failureOf(connect({ ...config, ...dying }))
    expect(error.message).toContain('key is ***')
    expect(`${error.stack} ${JSON.stringify(error.cause)}`).not.toContain('hush-hush')
  })

  test.each<[string, () => string]>([
    ['there is no such file', () => join(scratch(), 'nowhere')],
    ['it is no file', scratch],
    ['it is no file', () => '/dev/zero'],
    ['it is larger than 1 MiB', () => fileOf(Buffer.alloc(1024 * 1024 + 1, 'A'))],
    ['it is not UTF-8 text', () => fileOf(Buffer.from([0x41, 0x3d, 0xff]))],
    ['it holds a NUL character', () => fileOf('A=a\0b')],
    ['line 1 is no NAME=value', () => fileOf('secret words\nA=1')],
    ['line 3 is no NAME=value', () => fileOf('# a remark\r\n\r\nTOKEN sk-1234\r\n')],
    ['line 1 is no NAME=value', () => fileOf('A: 1')],
    ['line 2 is no NAME=value', () => fileOf('A=1\n=x')],
    ['line 2 is no NAME=value', () => fileOf('A=1\nC D=3')],
    ['line 2 opens a quote that is not closed', () => fileOf('B=1\nA="open\nC=1')],
    ['line 1 opens a quote that is not closed', () => fileOf('A="open\nB=1\nC="shut"')],
    [
      'a part of the path is no folder',
      () => {
        return join(fileOf('A=1'), 'more')
      },
    ],
  ])('that cannot be used says why, and nothing is started: %s', async (why, make) => {
    const envFile = make()
    const startFile = join(scratch(), 'starts')
    const error = await failureOf(connect(stdioConfig({ startFile }, { envFile })))
    expect(error.code).toBe('bad_config')
    expect(error.message).toBe(`service "demo": cannot use envFile ${envFile}: ${why}`)
    expect(existsSync(startFile)).toBe(false)
  })
})
