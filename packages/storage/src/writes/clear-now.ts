import type { ClearReply, Durability } from '../backend.ts'
import { StorageError } from '../errors.ts'
import type { BackendError } from '../link/health.ts'
import type { Parts } from '../parts.ts'
import type { Stamp } from '../records/stamp.ts'
import { send } from './ask.ts'
import { CLOCK_ATTEMPTS } from './author.ts'

/** Removes everything where the truth is, then here. @throws `unavailable`, `outcome_unknown` */
export async function clearNow(parts: Parts): Promise<Durability> {
  const { backend, clock, intake, shown } = parts
  for (let attempt = 0; attempt < CLOCK_ATTEMPTS; attempt++) {
    const stamp = clock.tick()
    const { cleared, now } = await sendClear(parts, stamp)
    if (cleared >= stamp) {
      shown.clear(cleared, 'local')
      return backend.durable
    }
    clock.follow(cleared)
    intake.correctClock(now)
  }
  throw new StorageError('unavailable', 'the clock of this process and that of the storage do not agree', {
    hint: 'Set the clock right, then try again.',
  })
}

function nothingCleared(error: BackendError): StorageError {
  return new StorageError('unavailable', `nothing was cleared: ${error.message}`, {
    hint: error.hint,
    cause: error,
  })
}

/** An answer that was lost is asked for again, once: the same clear twice is one clear. */
async function sendClear(parts: Parts, stamp: Stamp): Promise<ClearReply> {
  const { backend, health, link } = parts
  const clear = () =>
    send(parts, () => backend.clear(stamp), {
      undone: nothingCleared,
      hint: 'Clear it again once it answers: to do so twice does no harm.',
    })
  try {
    return await clear()
  } catch (thrown) {
    if ((thrown as StorageError).code !== 'outcome_unknown') throw thrown
    await link.refresh()
    if (!health.good) throw thrown
    // That the second was not done says nothing of the first.
    return clear().catch(() => {
      throw thrown
    })
  }
}
