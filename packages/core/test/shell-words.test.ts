import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { hasShell } from '../../../tests/support/shells.ts'
import { serviceWords, shellWord } from '../src/config/shell-words.ts'

const texts = [
  'docs/read',
  '',
  'my docs',
  "it's; ls",
  '~',
  '~root/x',
  '=ls',
  '$HOME `id` $(id) "x" \\ !!',
  '\u001b]0;x\u0007',
  "two\nlines' \\",
  'a\u202eb\u00ad1',
  '\u{e0041}1',
  '\u0085天气',
]

it.each((['bash', 'zsh'] as const).filter(hasShell))('%s reads back what is written for it', (shell) => {
  const words = texts.map(shellWord)
  const env = { PATH: process.env['PATH'], HOME: '/nowhere', LC_ALL: 'C.UTF-8' }
  const flags = shell === 'bash' ? ['--norc', '--noprofile'] : ['-f']
  const read = execFileSync(shell, [...flags, '-c', `printf '%s\\0' ${words.join(' ')}`], {
    env,
    encoding: 'utf8',
  })
  expect(read.split('\0').slice(0, -1)).toEqual(texts)
})

it('nothing that is not visible stands in a word, and it stays in one line', () => {
  for (const text of texts) expect(shellWord(text)).not.toMatch(/[\p{Cc}\p{Cf}]/u)
})

it('what needs no quotes has none', () => {
  for (const text of ['docs/read', 'a=b', 'a@1.2', 'http://127.0.0.1:80/a,b%20'])
    expect(shellWord(text)).toBe(text)
  expect(serviceWords('~', { agent: 'my agent' })).toBe("'~' --agent 'my agent'")
})
