import { McpStoreError } from '@mcpstore/storage'
import type { Approval, ApprovalMap } from './approval.ts'
import type { ApprovalFile } from './approval-file.ts'

/** All approvals this process goes by: those of the user's file, and those that no file took. */
export class Approvals {
  readonly #file: ApprovalFile | undefined
  readonly #here: ApprovalMap = new Map()
  #kept: ApprovalMap = new Map()
  #problem: McpStoreError | undefined

  /** Without a file they end with the process. */
  constructor(file: ApprovalFile | undefined) {
    this.#file = file
  }

  /** Why the file, as it was last read, approves nothing. */
  get problem(): McpStoreError | undefined {
    return this.#problem
  }

  /** Takes in what other processes wrote. A file that must not be believed approves nothing. */
  refresh(): void {
    try {
      this.#kept = this.#file?.read() ?? this.#kept
      this.#problem = undefined
    } catch (thrown) {
      if (!(thrown instanceof McpStoreError)) throw thrown
      this.#kept = new Map()
      this.#problem = thrown
    }
  }

  /** The approval of this key, as of the last refresh. */
  get(key: string): Approval | undefined {
    return this.#kept.get(key) ?? this.#here.get(key)
  }

  /** Changes what outlives the process. @throws `storage`; then nothing was changed. */
  async change(edit: (approvals: ApprovalMap) => void): Promise<void> {
    if (this.#file) {
      this.#kept = await this.#file.change(edit)
      this.#problem = undefined
    } else edit(this.#here)
  }

  /** Changes what this process alone goes by. */
  changeHere(edit: (approvals: ApprovalMap) => void): void {
    edit(this.#here)
  }
}
