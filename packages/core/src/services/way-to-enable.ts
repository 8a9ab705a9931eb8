import { serviceWords, shellWord } from '../config/shell-words.ts'
import type { Gate } from '../trust/gate.ts'
import type { Service } from './registry.ts'

/** Node.js is there wherever the program is. */
const ENABLED =
  'const {name,config}=JSON.parse(require("fs").readFileSync(0));JSON.stringify({[name]:{...config,disabled:false}})'

/** What enables a service: it is added again as it is, which approves it, so of a stranger's nothing of that kind is said. */
export async function wayToEnable(gate: Gate, service: Service): Promise<string> {
  await gate.look([service])
  if (!gate.isTrusted(service)) return 'Enable it in its config: remove "disabled".'
  const { name, scope } = service
  const own = scope === 'store' ? '' : ` --agent ${shellWord(scope.agent)}`
  const added = `mcpstore info ${serviceWords(name, scope)} --json | node -p '${ENABLED}' | mcpstore add -${own}`
  return `Enable it: ${added} (patchService(name, { disabled: null }))`
}
