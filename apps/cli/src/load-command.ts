import type { Command } from './command.ts'
import type { CommandName } from './command-table.ts'

/** Where each command is; only the one that runs is loaded. */
export const loadCommand: Readonly<Record<CommandName, () => Promise<Command>>> = {
  add: async () => (await import('./commands/add.ts')).add,
  list: async () => (await import('./commands/list.ts')).list,
  'list-tools': async () => (await import('./commands/list-tools.ts')).listTools,
  'use-tool': async () => (await import('./commands/use-tool.ts')).useTool,
  resources: async () => (await import('./commands/resources.ts')).resources,
  'read-resource': async () => (await import('./commands/read-resource.ts')).readResource,
  prompts: async () => (await import('./commands/prompts.ts')).prompts,
  'get-prompt': async () => (await import('./commands/get-prompt.ts')).getPrompt,
  info: async () => (await import('./commands/info.ts')).info,
  check: async () => (await import('./commands/check.ts')).check,
  wait: async () => (await import('./commands/wait.ts')).wait,
  restart: async () => (await import('./commands/restart.ts')).restart,
  remove: async () => (await import('./commands/remove.ts')).remove,
  trust: async () => (await import('./commands/trust.ts')).trust,
  diff: async () => (await import('./commands/diff.ts')).diff,
  assign: async () => (await import('./commands/assign.ts')).assign,
  unassign: async () => (await import('./commands/assign.ts')).unassign,
  agents: async () => (await import('./commands/agents.ts')).agents,
  status: async () => (await import('./commands/status.ts')).status,
  doctor: async () => (await import('./commands/doctor.ts')).doctor,
  adopt: async () => (await import('./commands/adopt.ts')).adopt,
  clear: async () => (await import('./commands/clear.ts')).clear,
  export: async () => (await import('./commands/export.ts')).exportTo,
  import: async () => (await import('./commands/import.ts')).importFrom,
  redis: async () => (await import('./commands/redis.ts')).redis,
  nodes: async () => (await import('./commands/nodes.ts')).nodes,
  watch: async () => (await import('./commands/watch.ts')).watch,
  help: async () => (await import('./commands/help.ts')).help,
}
