import { longestWait, secondsOf } from './seconds.mjs'
import { operations } from './systems.mjs'

/** What is kept of a run: by fault and system what each operation came to second by second. */
export function documentOf({ at, surroundings, load, faults }) {
  return {
    at: at.toISOString(),
    ...surroundings,
    load,
    faults: faults.map(({ fault, sides }) => ({
      name: fault.name,
      title: fault.title,
      sides: sides.map(({ calls, operations: called, ...side }) => {
        const of = (operation) => calls.filter((call) => call.operation === operation)
        const lanes = inOrder(called).map((operation) => ({
          operation,
          longest: longestWait(of(operation)),
          seconds: secondsOf(of(operation), side),
        }))
        return { ...side, lanes }
      }),
    })),
  }
}

function inOrder(some) {
  return Object.keys(operations).filter((operation) => some.includes(operation))
}

/** How long its longest call waited, in ms. */
export function longestOf({ lanes }) {
  return Math.max(...lanes.map(({ longest }) => longest))
}
