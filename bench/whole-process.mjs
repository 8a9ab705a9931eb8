import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

// Whole Node processes, from their start to their end.

/** A program that takes longer than this is stuck. */
const PATIENCE_MS = 60_000
const memoryProbe = fileURLToPath(new URL('./programs/memory-probe.cjs', import.meta.url))

/** Runs Node and answers what it printed. @throws when it fails */
export function runNode(args, env) {
  return run(args, env).stdout
}

/**
 * A measurement of Node with these arguments: the time in ms, and in a round that does not count the most memory that
 * the process had, without what it started. @throws when it fails
 */
export function measureNode(args, env) {
  return ({ counts }) => {
    if (!counts) return { memory: memoryOf(args, env) }
    const start = performance.now()
    run(args, env)
    return performance.now() - start
  }
}

function memoryOf(args, env) {
  const told = run(['--require', memoryProbe, ...args], env, ['pipe']).output[3]
  if (told === '') throw new Error(`node ${args.join(' ')} ended without a word of its memory`)
  return Number(told)
}

function run(args, env, more = []) {
  const ended = spawnSync(process.execPath, args, {
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe', ...more],
    timeout: PATIENCE_MS,
    maxBuffer: 64 * 1024 * 1024,
  })
  const { status, signal, error, stdout, stderr } = ended
  if (error) throw error
  if (status === 0) return ended
  throw new Error(`node ${args.join(' ')} ended with ${signal ?? status}\n${stdout}${stderr}`)
}
