import { setTimeout as rest } from 'node:timers/promises'
import { atMost } from '../../targets.mjs'
import { useToolInProcess } from '../../use-tool-in-process.mjs'

export const question = '`useTool()` on an open stdio connection, after a rest of 1 ms'
export const comparedWith = { sdk: { name: "the SDK client's `callTool()`", target: atMost(1.1) } }

export function run(sandbox) {
  return useToolInProcess(sandbox, { pause: () => rest(1) })
}
