import type { Parts } from '../parts.ts'
import type { Stamp } from '../records/stamp.ts'
import { send, undecided } from './ask.ts'
import { CLOCK_ATTEMPTS } from './author.ts'
import type { EncodedPut, PutRefused, PutResult } from './put.ts'

/**
 * Writes if the condition holds where the truth is: in the backend.
 * @throws `unavailable` when it cannot decide now; `outcome_unknown` when it may have, and its answer was lost.
 */
export async function putOnlyIf(
  parts: Parts,
  put: EncodedPut,
  condition: Stamp | 'absent',
): Promise<PutResult | PutRefused> {
  const { author, backend, clock, intake, link, replica, shown } = parts
  const current = () => replica.get(put.key, clock.now())
  for (let attempt = 0; attempt < CLOCK_ATTEMPTS; attempt++) {
    const record = author.stamped(put)
    const [reply] = await send(parts, () => backend.merge([{ record, if: condition }]), {
      undone: undecided(parts),
      hint: 'Read the value again once it answers.',
    })
    const { verdict, current: stored, problem = 'it was refused', now } = reply!
    if (verdict === 'refused') return { status: 'refused', current: current(), problem }
    if (verdict === 'accepted' || verdict === 'duplicate') {
      shown.take(record, 'local')
      return { status: 'written', stamp: record.stamp, durable: backend.durable }
    }
    if (verdict === 'future') intake.correctClock(now)
    else if (stored) shown.take(stored, 'remote')
    else await link.refresh()
    if (verdict !== 'future' && verdict !== 'cleared') break
  }
  return { status: 'refused', current: current() }
}
