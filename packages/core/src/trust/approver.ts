import { randomUUID } from 'node:crypto'
import type { Logger, McpStoreError } from '@mcpstore/storage'
import type { ServiceConfig } from '../config/service-config.ts'
import type { ServiceName } from '../services/keys.ts'
import type { Service } from '../services/registry.ts'
import { type Approval, type ApprovalMap, approvalKey, scopeName } from './approval.ts'
import type { Approvals } from './approvals.ts'
import type { Gate } from './gate.ts'

/** One change to a service that this process is about to make; all that was approved under its name ends with it. */
export interface ApprovedChange extends ServiceName {
  /** What it becomes, if the change is to approve that. */
  config?: ServiceConfig | undefined
}

export interface ApproverParts {
  gate: Gate
  approvals: Approvals
  logger: Logger
}

/** What a change does to the approvals. */
interface Note {
  /** The approval of what the service becomes. */
  given: Approval | undefined
  /** Whether that is a new one. */
  isNew: boolean
  /** What was approved under this name before. */
  before: Approval[]
}

/** Writes down what this user approves, by saying so or by writing it himself. */
export class Approver {
  readonly #parts: ApproverParts

  constructor(parts: ApproverParts) {
    this.#parts = parts
  }

  /**
   * Does `work`, and approves each change that came about. The approval is there before the change is, so that nobody
   * meets the one without the other; it is taken back where the change did not come about. Where nobody knows whether it
   * did (`undefined`, `outcome_unknown`), what was approved before and what is now both stay.
   * @returns what `work` returned, and why the approvals hold for this process only, if they do
   */
  async during<Result>(
    changes: readonly ApprovedChange[],
    work: () => Promise<Result>,
    cameAbout: (result: Result, at: number) => boolean | undefined,
  ): Promise<{ result: Result; problem: McpStoreError | undefined }> {
    if (this.#parts.gate.isOwn) return { result: await work(), problem: undefined }
    const { notes, problem } = await this.#begin(changes)
    try {
      const result = await work()
      await this.#settle(notes, (at) => cameAbout(result, at))
      return { result, problem }
    } catch (thrown) {
      const isUnknown = (thrown as McpStoreError).code === 'outcome_unknown'
      await this.#settle(notes, () => (isUnknown ? undefined : false))
      throw thrown
    }
  }

  /** Approves exactly this config, in place of any other of that name. @throws `storage` */
  async approve(service: Service): Promise<void> {
    const approval = this.#approvalOf(service)
    await this.#parts.approvals.change((all) => {
      remove(all, this.#isAbout(service))
      all.set(approvalKey(approval), approval)
    })
  }

  /** Takes back what was approved of this name. @throws `storage` */
  async revoke(service: Service): Promise<void> {
    await this.#change((all) => remove(all, this.#isAbout(service)))
  }

  /** Takes back all that was approved in this dataspace. A file that cannot be changed is logged. */
  async revokeAll(): Promise<void> {
    const { gate } = this.#parts
    if (gate.isOwn) return
    await this.#changeOrTell((all) => remove(all, (one) => isIn(one, gate.dataspace)))
  }

  async #begin(changes: readonly ApprovedChange[]): Promise<{ notes: Note[]; problem?: McpStoreError }> {
    const { approvals, logger } = this.#parts
    let notes: Note[] = []
    const edit = (all: ApprovalMap) => {
      notes = changes.map((change) => this.#enter(all, change))
    }
    try {
      await approvals.change(edit)
      return { notes }
    } catch (thrown) {
      const problem = thrown as McpStoreError
      logger.warn(problem.message)
      approvals.changeHere(edit)
      return { notes, problem }
    }
  }

  #enter(all: ApprovalMap, { scope, name, config }: ApprovedChange): Note {
    const given = config && this.#approvalOf({ scope, name, config })
    const key = given && approvalKey(given)
    const isAbout = this.#isAbout({ scope, name })
    const before = [...all].filter(([other, one]) => other !== key && isAbout(one)).map(([, one]) => one)
    const isNew = key !== undefined && !all.has(key)
    if (given) all.set(approvalKey(given), given)
    return { given, isNew, before }
  }

  /** Ends what was approved before a change, or the approval of one that did not come about. */
  async #settle(notes: readonly Note[], cameAbout: (at: number) => boolean | undefined): Promise<void> {
    const { approvals } = this.#parts
    const done = notes.filter((_, at) => cameAbout(at) === true)
    const undone = notes.filter((_, at) => cameAbout(at) === false)
    const gone = new Set([
      ...done.flatMap(({ before }) => before.map(({ id }) => id)),
      ...undone.flatMap(({ given, isNew }) => (given && isNew ? [given.id] : [])),
    ])
    approvals.refresh()
    // Who wrote the same name at the same time took this for an approval of what was before.
    const lost = done.flatMap(({ given }) => (given && !approvals.get(approvalKey(given)) ? [given] : []))
    if (gone.size + lost.length === 0) return
    await this.#changeOrTell((all) => {
      remove(all, ({ id }) => gone.has(id))
      for (const given of lost) all.set(approvalKey(given), given)
    })
  }

  #approvalOf(service: Pick<Service, 'scope' | 'name' | 'config'>): Approval {
    return { ...this.#parts.gate.placeOf(service), id: randomUUID() }
  }

  /** Whether an approval is one of any config of this service. */
  #isAbout({ scope, name }: ServiceName): (one: Approval) => boolean {
    const { gate } = this.#parts
    return (one) => isIn(one, gate.dataspace) && one.scope === scopeName(scope) && one.service === name
  }

  async #change(edit: (all: ApprovalMap) => void): Promise<void> {
    this.#parts.approvals.changeHere(edit)
    await this.#parts.approvals.change(edit)
  }

  async #changeOrTell(edit: (all: ApprovalMap) => void): Promise<void> {
    await this.#change(edit).catch((error: Error) => this.#parts.logger.warn(error.message))
  }
}

function isIn(one: Approval, { namespace, dataspace }: Pick<Approval, 'namespace' | 'dataspace'>): boolean {
  return one.namespace === namespace && one.dataspace === dataspace
}

function remove(all: ApprovalMap, which: (approval: Approval) => boolean): void {
  for (const [key, approval] of all) if (which(approval)) all.delete(key)
}
