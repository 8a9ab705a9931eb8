import { registerPublished } from './servers.mjs'
import { shows } from './shows.mjs'
import { atMost } from './targets.mjs'

/** Commands that start no server, and words that each prints of three published ones. */
const commands = [
  { args: ['list'], words: ['everything', 'filesystem', 'memory'] },
  { args: ['list-tools'], words: ['echo', 'read_file', 'read_graph'] },
  { args: ['info', 'memory'], words: ['memory', 'stdio'] },
  { args: ['grep', 'graph'], words: ['read_graph'] },
]

/** The questions of what these commands take, `where` the services are, against Node that does nothing. */
export function readingQuestions(where, limit) {
  return commands.map(({ args }) => ({
    question: `\`mcpstore ${args.join(' ')}\` of 3 services ${where}`,
    comparedWith: { node: { name: '`node -e 0`', target: atMost(limit) } },
  }))
}

/** The answers to these. */
export async function reading(sandbox) {
  registerPublished(sandbox)
  for (const { args, words } of commands) shows(words, sandbox.mcpstore(...args))
  const ours = commands.map(({ args }) => [args[0], sandbox.measureMcpstore(...args)])
  const sides = { ...Object.fromEntries(ours), node: sandbox.measureNode('-e', '0') }
  const { node, ...measured } = await sandbox.interleaved(sides, { rounds: 31 })
  return commands.map(({ args }) => ({ ours: measured[args[0]], node }))
}
