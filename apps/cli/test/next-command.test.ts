import { expect, it } from 'vitest'
import { exitCodes, type FailureCode } from '../src/failures/exit-codes.ts'
import { withNextCommand } from '../src/failures/next-command.ts'
import { asTyped } from '../src/failures/same-place.ts'

const SILENT: ReadonlySet<string> = new Set(['aborted', 'internal', 'no_value', 'not_written'])
/** `doctor` has said all that there is to say. */
const OF_STORAGE: ReadonlySet<string> = new Set(['not_durable', 'not_loaded', 'unavailable', 'storage'])
const codes = Object.keys(exitCodes).filter((code) => !SILENT.has(code)) as FailureCode[]

it.each(codes)('%s ends with a command whatever failed, and never with the one that did', (code) => {
  for (const line of [
    'list',
    'info my/tool',
    'use-tool a/b',
    'check',
    'check a',
    'doctor',
    'status',
    'login a',
    'list-tools',
  ]) {
    const argv = line.split(' ')
    const hint = withNextCommand({ code, hint: null }, argv)
    if (line === 'doctor' && OF_STORAGE.has(code)) {
      expect(hint).toBe(null)
      continue
    }
    expect(hint, line).toMatch(/^Next: mcpstore \S/)
    if (code !== 'usage' && !hint!.endsWith('--help')) {
      expect(hint!.replace('Next: mcpstore ', ''), line).not.toMatch(new RegExp(`^${argv[0]}\\b(?!-)`))
    }
  }
})

it.each<[FailureCode, string[], string]>([
  ['unreachable', ['use-tool', 'my docs/read', 'a=b'], "check 'my docs'"],
  ['unreachable', ['check', 'docs'], 'info docs'],
  // It was told to ask for the service of this name, which is none.
  ['bad_config', ['list-tools', 'https://h.example/mcp?a=b'], "add NAME 'https://h.example/mcp?a=b'"],
  ['unreachable', ['use-tool', 'read'], 'doctor'],
  ['bad_arguments', ['call', "it's/read"], "info 'it'\\''s/read'"],
  ['unknown_tool', ['use-tool', 'docs/raed'], 'list-tools docs'],
  ['unknown_tool', ['use-tool', 'raed'], 'list-tools'],
  ['unknown_service', ['remove', 'dcos', '--agent', 'my agent'], "list --agent 'my agent'"],
  [
    'unknown_service',
    ['--dataspace=team', 'info', 'dcos', '--redis', 'redis://:secret@host'],
    'list --dataspace team',
  ],
  ['unknown_prompt', ['get-prompt', 'docs/summary'], 'prompts'],
  ['auth_required', ['list-tools', 'docs'], 'login docs'],
  ['tool_changed', ['use-tool', 'docs/read'], 'diff docs'],
  ['bad_config', ['remove', '--dataspace', 'd', '--', '-x'], 'info --dataspace d -- -x'],
  ['bad_config', ['remove', '--', '-a b'], "info -- '-a b'"],
  ['bad_arguments', ['use-tool', '--', '-x/tool'], 'info -- -x/tool'],
  ['unknown_tool', ['use-tool', '--agent=a', '--', '-x/tool'], 'list-tools --agent a -- -x'],
  ['not_listed', ['info', '--', '-x'], 'list-tools -- -x'],
  ['unknown_service', ['info', 'https://x.example/mcp'], 'add NAME https://x.example/mcp'],
  ['unknown_tool', ['call', 'https://me:pass-word@x.example/mcp'], 'add NAME URL'],
  ['storage', ['list', '--home', '/tmp/a b'], "doctor --home '/tmp/a b'"],
  ['usage', ['use-tool', '--no-such-option'], 'use-tool --help'],
  ['usage', ['no-such-command'], '--help'],
])('%s after %j', (code, argv, command) => {
  // An address with a password is not repeated.
  const first = argv.includes('redis://:secret@host')
    ? 'Put the URL of that Redis into MCPSTORE_REDIS_URL first. '
    : ''
  expect(withNextCommand({ code, hint: 'Do this.' }, argv)).toBe(`${first}Do this. Next: mcpstore ${command}`)
  expect(withNextCommand({ code, hint: 'Look there' }, argv)).toBe(
    `${first}Look there; next: mcpstore ${command}`,
  )
})

it('status sent to doctor, and doctor back to status', () => {
  const of = (command: string) =>
    withNextCommand({ code: 'unavailable', hint: 'Check that it runs.' }, [command])
  expect(of('status')).toBe('Check that it runs. Next: mcpstore doctor')
  expect(of('doctor')).toBe('Check that it runs.')
})

it('a hint that names a command is left as it is, and one that only speaks of mcpstore is not', () => {
  const of = (hint: string): string | null => withNextCommand({ code: 'storage', hint }, ['list'])
  for (const hint of ['Sign in: mcpstore login docs', 'See mcpstore --help']) expect(of(hint)).toBe(hint)
  expect(of('If no mcpstore is running, remove it.')).toMatch(/Next: mcpstore doctor$/)
})

it('what has to be done first is said once, however often a hint is looked at', () => {
  const values = { redis: 'redis://:secret@host', dataspace: 'd' }
  const once = asTyped('See mcpstore list, or mcpstore status.', values)
  expect(once).toBe(
    'Put the URL of that Redis into MCPSTORE_REDIS_URL first. See mcpstore list --dataspace d, or mcpstore status --dataspace d.',
  )
  expect(asTyped(once, values)).toBe(once)
})

it.each([
  ['Sign in: mcpstore login docs (signIn)', 'Sign in: mcpstore login docs'],
  [
    'Approve it: mcpstore trust docs (trustService, or setupStore({ trust })), or add it here.',
    'Approve it: mcpstore trust docs, or add it here.',
  ],
  ["See mcpstore info 'docs (old)'", "See mcpstore info 'docs (old)'"],
])('the library was named where a command was wanted: %s', (hint, said) => {
  expect(withNextCommand({ code: 'untrusted', hint }, ['use-tool', 'docs/x'])).toBe(said)
})

it('a name in quotes was taken for options, and the command was about another place', () => {
  const values = { dataspace: 'd', redis: 'redis://127.0.0.1' }
  expect(asTyped("Try: mcpstore get-prompt a/b 'who --dataspace --redis=TEXT' 'x --help=TEXT'", values)).toBe(
    "Try: mcpstore get-prompt --dataspace d --redis redis://127.0.0.1 a/b 'who --dataspace --redis=TEXT' 'x --help=TEXT'",
  )
  expect(asTyped("See mcpstore list --dataspace 'other one'", values)).toBe(
    "See mcpstore list --redis redis://127.0.0.1 --dataspace 'other one'",
  )
})

it('what to type next was a part of the last line of a list', () => {
  const hint = 'Not searched:\na: it exited with code 1\nb: nothing listens there (ECONNREFUSED)'
  for (const list of [hint, hint.slice(0, -' (ECONNREFUSED)'.length)])
    expect(withNextCommand({ code: 'unknown_tool', hint: list }, ['use-tool', 'x'])).toBe(
      `${list}\nNext: mcpstore list-tools`,
    )
})

it('of many services it is about the one that failed', () => {
  const failure = { code: 'unreachable', hint: null } as const
  expect(withNextCommand(failure, ['list-tools'], 'my docs')).toBe("Next: mcpstore check 'my docs'")
})
