import { StorageError } from '../../errors.ts'
import { decodeSegment, encodeSegment } from '../../keyspace.ts'
import { placeOf } from './place.ts'
import { scripts } from './scripts.ts'
import type { RedisSession } from './session.ts'

/** Where the dataspaces of a namespace are noted: no key of a dataspace has an empty segment. */
function keyOf(namespace: string): string {
  return `${encodeSegment(namespace)}::dataspaces`
}

/** Notes that there is this dataspace. Where that cannot be noted, everything else works. */
export async function noteDataspace(
  session: RedisSession,
  { namespace, dataspace, now }: { namespace: string; dataspace: string; now: string },
): Promise<void> {
  const call = { keys: [keyOf(namespace)], args: [encodeSegment(dataspace), now] }
  const noting = session.run(scripts.note, [call])
  await noting.catch(() => {})
}

/** The dataspaces of a namespace that were noted and are there, in order of their names. @throws `storage` */
export async function notedDataspaces(
  session: RedisSession,
  { namespace, hashTag }: { namespace: string; hashTag: boolean },
): Promise<string[]> {
  const [answer] = await session.askEach((pipeline) => {
    pipeline.zrange(keyOf(namespace), 0, -1)
  })
  const { reply, refused } = answer!
  if (refused !== undefined) throw new StorageError('storage', `${keyOf(namespace)}: ${refused}`)
  const names = (reply as string[]).flatMap((member) => decodeSegment(member) ?? [])
  // Each by itself: on a cluster they lie in different slots.
  const found = await Promise.all(
    names.map((name) => session.ask((client) => client.exists(placeOf(namespace, name, hashTag).meta))),
  )
  return names.filter((_, at) => found[at] === 1).sort()
}
