import { writtenName } from './answers.mjs'

/**
 * Which writes are in Redis when all is over. A call that said it had written what is not there is `lost`, whatever it
 * came to before; a write that is there though its caller was told of a failure, or nothing in time, is counted as a ghost.
 */
export async function fatesOf(calls, stored) {
  const fates = { acknowledged: 0, there: 0, lost: 0, ghosts: 0, words: {} }
  for (const call of calls) {
    if (call.operation !== 'write') continue
    const name = writtenName(call.number)
    const isThere = (await stored(name))?.includes(`"${name}"`) ?? false
    if (call.outcome !== 'ok' && call.outcome !== 'kept') {
      if (isThere) fates.ghosts++
      continue
    }
    fates.acknowledged++
    fates.words[call.word] = (fates.words[call.word] ?? 0) + 1
    if (isThere) fates.there++
    else {
      fates.lost++
      call.outcome = 'lost'
    }
  }
  return fates
}
