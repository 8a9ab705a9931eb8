import type { House } from '../house.ts'
import { countedTool } from '../tools/tool-stats.ts'
import type { Emitter } from './events.ts'
import { Gather } from './gather.ts'

interface Totals {
  calls: number
  errors: number
}

/** What each counter is a part of; the others say nothing about either. */
const PARTS: Readonly<Record<string, keyof Totals>> = { calls: 'calls', errors: 'errors', failures: 'errors' }

function partOf(counter: string): keyof Totals | undefined {
  return Object.hasOwn(PARTS, counter) ? PARTS[counter] : undefined
}

/** Tells what was counted of a tool, whoever called it; of many calls in a moment once. */
export class StatisticsReports {
  readonly #told: Map<string, Totals>
  readonly #gather: Gather<string>

  /** Takes what was counted so far for told. */
  constructor({ dataspace, registry }: House, emitter: Emitter) {
    const counted = () => {
      const found = new Map<string, Totals>()
      for (const { key, field, total } of dataspace.allCounters()) {
        const { counter = '', ...tool } = countedTool(key, field) ?? {}
        const part = partOf(counter)
        if (!part) continue
        const id = JSON.stringify(tool)
        const totals = found.get(id) ?? { calls: 0, errors: 0 }
        found.set(id, { ...totals, [part]: totals[part] + total })
      }
      return found
    }
    this.#told = counted()
    this.#gather = new Gather((ids) => {
      const now = counted()
      for (const id of ids) {
        const { scope, service, tool } = JSON.parse(id)
        const { calls, errors } = now.get(id) ?? { calls: 0, errors: 0 }
        const before = this.#told.get(id) ?? { calls: 0, errors: 0 }
        this.#told.set(id, { calls, errors })
        if (before.calls === calls && before.errors === errors) continue
        if (!registry.records.find({ scope, name: service })) continue
        emitter.emit('statsChanged', { name: `${service}/${tool}`, service, scope, tool, calls, errors })
      }
    })
  }

  note({ key, field }: { key: string; field: string }): void {
    const { counter = '', ...tool } = countedTool(key, field) ?? {}
    if (partOf(counter)) this.#gather.note(JSON.stringify(tool))
  }

  stop(): void {
    this.#gather.stop()
  }
}
