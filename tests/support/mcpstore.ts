import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect } from 'vitest'
import type { Box } from './box.ts'
import { documentedAs, problemsOf } from './json-schemas.ts'
import { workspaceRoot } from './modules.ts'
import { shellExit } from './processes.ts'

/** The built program. */
export const program: string = join(workspaceRoot, 'apps/cli/dist/main.js')

export interface RunOptions {
  /** Without it stdin stays open and silent for as long as the program runs. */
  stdin?: string
  env?: Record<string, string>
  cwd?: string
  /** Options of node itself. */
  node?: readonly string[]
  /** Runs without the rights of root, for whom no file is closed. */
  unprivileged?: boolean
  /** A command, with its first words, that starts the program. */
  prefix?: readonly string[]
}

/** Before a program: takes from root the right to pass over the modes of files, and nothing else. */
export const heedingModes: readonly string[] =
  process.getuid?.() === 0
    ? [
        'setpriv',
        '--bounding-set=-dac_override,-dac_read_search',
        '--inh-caps=-dac_override,-dac_read_search',
      ]
    : []

export interface Outcome {
  /** As a shell says it: 128 and the number of the signal when one ended it. */
  exit: number
  stdout: string
  stderr: string
}

export interface Running {
  child: ChildProcess
  outcome: Promise<Outcome>
}

/** Runs the built program to its end, and holds its output to what is promised of all output. */
export async function mcpstore(
  box: Box,
  argv: readonly string[],
  options: RunOptions = {},
): Promise<Outcome> {
  return startMcpstore(box, argv, options).outcome
}

/** Starts the built program. */
export function startMcpstore(
  box: Box,
  argv: readonly string[],
  { stdin, env = {}, cwd = box.folder, node = [], unprivileged = false, prefix = [] }: RunOptions = {},
): Running {
  const modes = unprivileged ? heedingModes : []
  const [command, ...words] = [...modes, ...prefix, process.execPath, ...node, program, ...argv]
  const child = box.spawn(command!, words, { cwd, env: box.environment(env) })
  if (stdin !== undefined) child.stdin!.end(stdin)
  return { child, outcome: outcomeOf(box, argv, child) }
}

async function outcomeOf(box: Box, argv: readonly string[], child: ChildProcess): Promise<Outcome> {
  const [stdout, stderr, [code, signal]] = await Promise.all([
    text(child.stdout!),
    text(child.stderr!),
    once(child, 'close'),
  ])
  const outcome = { exit: shellExit(code, signal), stdout, stderr }
  expectManners(box, argv, outcome)
  return outcome
}

/** No stack trace and no secret is shown; with `--json` stdout is one document or empty, stderr one line or empty. */
export function expectManners(
  { secrets }: Pick<Box, 'secrets'>,
  argv: readonly string[],
  { exit, stdout, stderr }: Outcome,
): void {
  const options = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv
  const command = `mcpstore ${argv.join(' ')}`
  for (const secret of secrets) expect(stdout + stderr, command).not.toContain(secret)
  if (options.includes('--debug')) return
  expect(stderr, command).not.toMatch(/^\s+at .*\d+:\d+\)?$/m)
  if (!options.includes('--json')) return
  if (stdout !== '') {
    expect(() => JSON.parse(stdout), `${command}\n${stdout}`).not.toThrow()
    expect(problemsOf(documentedAs(options), JSON.parse(stdout)), `${command}\n${stdout}`).toEqual([])
  }
  if (stderr !== '') {
    expect(stderr, command).toMatch(/^[^\n]*\n$/)
    // A tool's own failure is a result.
    const failed = exit !== 0 && (exit !== 2 || stdout === '')
    expect(problemsOf(failed ? 'failure' : 'warning', JSON.parse(stderr)), command).toEqual([])
    if (failed)
      expect(errorOf({ stderr }), command).toMatchObject({
        code: expect.any(String),
        message: expect.any(String),
      })
  }
  if (exit !== 0 && exit !== 2) expect(stderr, command).not.toBe('')
}

/** Something from another process. What shape it has is for the expectations to say. */
// biome-ignore lint/suspicious/noExplicitAny: nothing is known of it here
export type Foreign = any

/** The document on stdout. */
export function documentOf({ stdout }: Pick<Outcome, 'stdout'>): Foreign {
  return JSON.parse(stdout)
}

/** The error that `--json` leaves on stderr. */
export function errorOf({ stderr }: Pick<Outcome, 'stderr'>): {
  code: string
  message: string
  hint: string | null
} {
  return JSON.parse(stderr).error
}

/** Registers services in the box; their configs go in by stdin. */
export async function addServices(box: Box, mcpServers: Record<string, object>): Promise<void> {
  const outcome = await mcpstore(box, ['add', '-', '--json'], { stdin: JSON.stringify({ mcpServers }) })
  expect(outcome).toMatchObject({ exit: 0, stderr: '' })
}
