import type { Command } from './command.ts'
import type { CommandName } from './command-table.ts'

/** Where each command is; only the one that runs is loaded. */
export const loadCommand: Readonly<Record<CommandName, () => Promise<Command>>> = {
  add: async () => (await import('./commands/add.ts')).add,
  list: async () => (await import('./commands/list.ts')).list,
  'list-tools': async () => (await import('./commands/list-tools.ts')).listTools,
  'use-tool': async () => (await import('./commands/use-tool.ts')).useTool,
  info: async () => (await import('./commands/info.ts')).info,
  wait: async () => (await import('./commands/wait.ts')).wait,
  remove: async () => (await import('./commands/remove.ts')).remove,
  trust: async () => (await import('./commands/trust.ts')).trust,
  assign: async () => (await import('./commands/assign.ts')).assign,
  unassign: async () => (await import('./commands/assign.ts')).unassign,
  agents: async () => (await import('./commands/agents.ts')).agents,
  status: async () => (await import('./commands/status.ts')).status,
  doctor: async () => (await import('./commands/doctor.ts')).doctor,
  adopt: async () => (await import('./commands/adopt.ts')).adopt,
  clear: async () => (await import('./commands/clear.ts')).clear,
  help: async () => (await import('./commands/help.ts')).help,
}
