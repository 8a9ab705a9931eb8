import type { Redis } from 'ioredis'
import type { RedisTarget } from './target.ts'

/** Gives the password, to a server that wants none as well. */
export async function signIn(client: Redis, { username, password }: RedisTarget): Promise<void> {
  const signedIn = username === undefined ? client.auth(password!) : client.auth(username, password!)
  await signedIn.catch((error: Error) => {
    // It wants none, so the one that was given does no harm.
    if (!/without any password configured/.test(error.message)) throw error
  })
}
