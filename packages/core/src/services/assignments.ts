import {
  type Dataspace,
  type Entry,
  type Json,
  parseRecordKey,
  type Stamp,
  scopePrefix,
} from '@mcpstore/storage'
import { isObject } from '../config/problem.ts'
import { type Grant, globsProblem, type ToolFilter } from '../tools/tool-filter.ts'
import { serviceKey } from './keys.ts'
import { isServiceName } from './names.ts'
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
    return this.#entries().flatMap(({ key, value }) => {
      const problem = problemOf(key, value)
      return problem === undefined ? [] : [{ key, problem }]
    })
  }

  /** Names the life a service of the store is in: another one begins when it is added again after a removal. */
  life(service: string): Stamp {
    return this.#dataspace.get(serviceKey({ scope: 'store', name: service }, 'birth'))?.stamp ?? ''
  }

  #entries(agent?: string): Entry[] {
    const prefix = agent === undefined ? 'agents:' : scopePrefix({ agent })
    return this.#dataspace.list(prefix).filter(({ key }) => key.endsWith(':assignment'))
  }

  #assignment({ key, value, basis }: Entry): Assignment | undefined {
    if (problemOf(key, value) !== undefined) return undefined
    const { agent, service } = nameOf(key)
    if (basis !== this.life(service)) return undefined
    const { allow, deny } = value as unknown as ToolFilter
    return { agent, service, allow, deny }
  }
}

function nameOf(key: string): { agent: string; service: string } {
  const { scope, service } = parseRecordKey(key) as { scope: { agent: string }; service: string }
  return { agent: scope.agent, service }
}

function problemOf(key: string, value: Json): string | undefined {
  const { agent, service } = nameOf(key)
  if (!isServiceName(service)) return 'no service may have this name'
  if (!isServiceName(agent)) return 'no agent may have this id'
  if (!isObject(value)) return 'it is no assignment'
  const problem = globsProblem(value['allow']) ?? globsProblem(value['deny'])
  return problem && `allow and deny must be ${problem}`
}
