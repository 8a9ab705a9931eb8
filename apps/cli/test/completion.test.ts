import { describe, expect, it } from 'vitest'
import { wantedIn } from '../src/completion/wanted.ts'
import { run } from './fakes.ts'

describe('what is wanted at the end of a line', () => {
  it.each<[string[], unknown, string]>([
    [[''], 'command', ''],
    [['li'], 'command', 'li'],
    [['--json', 'li'], 'command', 'li'],
    [['--dataspace', 'a', ''], 'command', ''],
    [['--dataspace', ''], 'dataspace', ''],
    [['--dataspace=te'], 'dataspace', 'te'],
    [['--policy', 'f'], ['fallback', 'strict', 'memory'], 'f'],
    [['list', '-'], 'option', '-'],
    [['list', '--na'], 'option', '--na'],
    [['use-tool', ''], 'tool', ''],
    [['call', 'weather/'], 'tool', 'weather/'],
    [['use-tool', 'weather/now', 'k=1', ''], 'argument', ''],
    [['use-tool', 'weather/now', '--', '-x'], 'argument', '-x'],
    [['use-tool', 'weather/now', 'k=@no'], 'file', 'no'],
    [['use-tool', 'weather/now', 'k=@@no'], 'argument', 'k=@@no'],
    [['use-tool', 'weather/now', 'k:=@no'], 'argument', 'k:=@no'],
    [['use-tool', 'weather/now', '--', 'k=@no'], 'argument', 'k=@no'],
    [['use-tool', 'weather/now', '--args', '@no'], 'file', 'no'],
    [['use-tool', 'weather/now', '--args=@no'], 'file', 'no'],
    [['use-tool', 'weather/now', '--args', '{'], '@file', '{'],
    [['--json', 'remove', '--agent', 'me', ''], 'service', ''],
    [['add', 'files', '--', ''], undefined, ''],
    [['add', '--transport', ''], ['http', 'sse'], ''],
    [['add', '--header', ''], undefined, ''],
    [['status', ''], undefined, ''],
    [['no-such-command', ''], 'command', ''],
    [[], 'command', ''],
  ])('after %j', (line, kind, typed) => {
    expect(wantedIn(line)).toMatchObject({ kind, typed })
  })

  it('what options say of the scope is known', () => {
    expect(wantedIn(['remove', '--agent', 'me', 'w']).values).toEqual(new Map([['agent', 'me']]))
  })
})

it.each(['bash', 'zsh', 'fish'])('the script for %s asks the program', async (shell) => {
  const { exit, stdout } = await run(['completion', shell])
  expect(exit).toBe(0)
  expect(stdout).toContain(`completion ${shell} --`)
})

it('a shell that is not known is refused', async () => {
  const { exit, stdout, stderr } = await run(['completion', 'tcsh'])
  expect({ exit, stdout }).toEqual({ exit: 1, stdout: '' })
  expect(stderr).toContain('bash, zsh, fish')
})

it('commands and options are completed without opening anything', async () => {
  const commands = await run(['completion', 'bash', '--', 'res'])
  expect(commands.stdout.split('\n').map((line) => line.split('\t')[0])).toEqual(['restart', 'resources', ''])
  const values = await run(['completion', 'bash', '--', 'list', '--policy=s'])
  expect(values.stdout).toBe('--policy=strict\t\n')
  expect([...commands.opened, ...values.opened]).toEqual([])
})

it('what goes wrong is not said on the line that somebody types', async () => {
  const { exit, stdout, stderr } = await run(['completion', 'bash', '--', 'remove', ''], {
    host: { openStore: () => Promise.reject(new Error('no storage')) },
  })
  expect({ exit, stdout, stderr }).toEqual({ exit: 0, stdout: '', stderr: '' })
})
