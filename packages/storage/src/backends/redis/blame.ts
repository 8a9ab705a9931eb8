import { FOREIGN } from '../../records/record.ts'
import type { Place, Visit } from './place.ts'
import type { RedisSession, ScriptCall, ScriptReply } from './session.ts'

/** What else than its first key, which a run is about, keeps it from being done. */
export function foreignAt(key: string): string {
  return `${key} holds something that is not of mcpstore`
}

/** The replies, with the key that is to blame where something foreign was met: Redis names none. */
export function blamed(
  { place, session }: Visit,
  calls: readonly ScriptCall[],
  replies: readonly ScriptReply[],
): Promise<ScriptReply[]> {
  return Promise.all(
    replies.map(async (reply, at) => {
      if (reply.refused !== FOREIGN) return reply
      const { keys } = calls[at]!
      const [foreign] = await foreignAmong(session, place, keys).catch(() => [])
      if (foreign === undefined) return reply
      return { refused: foreign === keys[0] ? FOREIGN : foreignAt(foreign), foreign }
    }),
  )
}

/** Those of these keys of a dataspace that hold something of another type than they should. */
export async function foreignAmong(
  session: RedisSession,
  { conflicts, index, sharers }: Place,
  keys: readonly string[],
): Promise<string[]> {
  const sorted = new Set([conflicts, index, sharers])
  const replies = await session.askEach((pipeline) => {
    for (const key of keys) {
      if (sorted.has(key)) pipeline.zscore(key, '')
      else pipeline.hget(key, '')
    }
  })
  return keys.filter((_, at) => replies[at]!.refused === FOREIGN)
}
