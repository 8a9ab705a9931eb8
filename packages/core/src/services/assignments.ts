import { type Dataspace, type Entry, parseRecordKey, type Stamp, scopePrefix } from '@mcpstore/storage'
import { isObject } from '../config/problem.ts'
import { type Grant, globsProblem, type ToolFilter } from '../tools/tool-filter.ts'
import { serviceKey } from './keys.ts'
import { isServiceName, storedName } from './names.ts'
import type { UnusableRecord } from './records.ts'

/** A service of the store that is assigned to an agent. */
export interface Assignment extends Grant {
  readonly service: string
}

/**
 * Which services of the store are assigned to which agents. An assignment names the life of its service as its basis,
 * so that none applies to a later service of the same name.
 */
export class Assignments {
  readonly #dataspace: Dataspace
  readonly #read = new WeakMap<Entry, Assignment | { problem: string }>()

  constructor(dataspace: Dataspace) {
    this.#dataspace = dataspace
  }

  /** What an agent may use of a service of this name, if that is assigned to it. */
  find(agent: string, service: string): Grant | undefined {
    const entry = this.#dataspace.get(serviceKey({ scope: { agent }, name: service }, 'assignment'))
    return entry && this.#assignment(entry)
  }

  /** All assignments to an agent, or to all agents, in order of their keys. */
  list(agent?: string): Assignment[] {
    return this.#entries(agent).flatMap((entry) => this.#assignment(entry) ?? [])
  }

  /** The stored assignments that cannot be used, and why. */
  problems(): UnusableRecord[] {
    return this.#entries().flatMap((entry) => {
      const read = this.#readEntry(entry)
      return 'problem' in read ? [{ key: entry.key, problem: read.problem }] : []
    })
  }

  /** Why the assignment under this key cannot be used, if so. */
  problem(key: string): string | undefined {
    const entry = this.#dataspace.get(key)
    const read = entry && this.#readEntry(entry)
    return read && 'problem' in read ? read.problem : undefined
  }

  /** The name as it was written, where no service may have it and somebody has assigned one of that name all the same. */
  strangeName(agent: string, written: string): string | undefined {
    if (typeof written !== 'string' || isServiceName(written)) return undefined
    const prefix = scopePrefix({ agent })
    const isThere = this.problems().some(
      ({ key }) => key.startsWith(prefix) && parseRecordKey(key)?.service === written,
    )
    return isThere && !this.find(agent, storedName(written)) ? written : undefined
  }

  /** Names the life a service of the store is in: another one begins when it is added again after a removal. */
  life(service: string): Stamp {
    return this.#dataspace.get(serviceKey({ scope: 'store', name: service }, 'birth'))?.stamp ?? ''
  }

  #entries(agent?: string): Entry[] {
    const prefix = agent === undefined ? 'agents:' : scopePrefix({ agent })
    return this.#dataspace.list(prefix, 'assignment')
  }

  /** The same object for the same entry. */
  #assignment(entry: Entry): Assignment | undefined {
    const read = this.#readEntry(entry)
    return 'problem' in read || entry.basis !== this.life(read.service) ? undefined : read
  }

  #readEntry(entry: Entry): Assignment | { problem: string } {
    const read = this.#read.get(entry) ?? readAssignment(entry)
    this.#read.set(entry, read)
    return read
  }
}

function readAssignment({ key, value }: Entry): Assignment | { problem: string } {
  const { scope, service } = parseRecordKey(key) as { scope: { agent: string }; service: string }
  if (!isServiceName(service)) return { problem: 'no service may have this name' }
  if (!isServiceName(scope.agent)) return { problem: 'no agent may have this id' }
  if (!isObject(value)) return { problem: 'it is no assignment' }
  const problem = globsProblem(value['allow']) ?? globsProblem(value['deny'])
  if (problem !== undefined) return { problem: `allow and deny must be ${problem}` }
  const { allow, deny } = value as unknown as ToolFilter
  return { agent: scope.agent, service, allow, deny }
}
