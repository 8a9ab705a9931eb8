import { type Backend, BackendError, type HealthState } from '@mcpstore/storage'

export interface Faults {
  /** Fails every operation, or every one named, until healed. */
  fail(state: HealthState, operations?: (keyof Backend)[]): void
  /** The next merge is executed, but its answer is lost. */
  loseNextAnswer(): void
  heal(): void
  /** How often each operation was asked for. */
  calls: Partial<Record<keyof Backend, number>>
  /** How often a fault was met. */
  hits: number
}

const OPERATIONS = [
  'open',
  'merge',
  'pull',
  'read',
  'count',
  'leave',
  'clear',
  'lease',
  'report',
  'conflicts',
] as const

/** A backend whose faults the test decides. */
export function faultyBackend(backend: Backend): Backend & { faults: Faults } {
  let failing: { state: HealthState; operations: readonly (keyof Backend)[] } | undefined
  let loseAnswer = false
  const faults: Faults = {
    calls: {},
    hits: 0,
    fail: (state, operations = [...OPERATIONS]) => {
      failing = { state, operations }
    },
    loseNextAnswer: () => {
      loseAnswer = true
    },
    heal: () => {
      failing = undefined
    },
  }
  const hit = (state: HealthState) => {
    faults.hits++
    return new BackendError(state, `planted: ${state}`, { hint: 'heal it' })
  }
  const faulty = { ...backend, faults }
  for (const operation of OPERATIONS) {
    const original = backend[operation] as (...args: unknown[]) => Promise<unknown>
    Object.assign(faulty, {
      [operation]: async (...args: unknown[]) => {
        faults.calls[operation] = (faults.calls[operation] ?? 0) + 1
        if (failing?.operations.includes(operation)) throw hit(failing.state)
        const answer = await original(...args)
        if (operation !== 'merge' || !loseAnswer) return answer
        loseAnswer = false
        throw hit('down')
      },
    })
  }
  return faulty
}
