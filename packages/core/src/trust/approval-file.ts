import { PrivateFile } from '../private-files/private-file.ts'
import { type Approval, readApprovals, writeApprovals } from './approval.ts'

/** The approvals of a user. */
export class ApprovalFile extends PrivateFile<Approval> {
  constructor(path: string) {
    super(path, {
      read: (text) => readApprovals(text.whole()),
      write: writeApprovals,
      disbelieved: 'approves nothing',
      remedy: 'Remove it, then trust again what you need.',
      unkept: 'the approval cannot be kept in',
    })
  }
}
