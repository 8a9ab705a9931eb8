import type { Redis } from 'ioredis'
import RedisMock from 'ioredis-mock'

type Command = (...args: unknown[]) => Promise<unknown>
type Result = [error: Error | null, reply: unknown]

/** What a session needs of a pipeline, one command after the other: the mock's own knows no scripts. */
function pipelineOf(mock: Record<string, Command>): object {
  const queue: (() => Promise<Result>)[] = []
  const settle = (reply: Promise<unknown>): Promise<Result> =>
    reply.then((value): Result => [null, value]).catch((error: Error): Result => [error, undefined])
  const add =
    (name: string) =>
    (...args: unknown[]) =>
      queue.push(() => settle(mock[name]!(...args)))
  const unknown = () => queue.push(async () => [new Error('NOSCRIPT No matching script'), undefined])
  const exec = async (): Promise<Result[]> => {
    const results: Result[] = []
    for (const run of queue) results.push(await run())
    return results
  }
  const commands = ['eval', 'hmget', 'hgetall', 'del', 'exists'].map((name) => [name, add(name)])
  return { ...Object.fromEntries(commands), evalsha: unknown, exec }
}

/** A client of ioredis-mock with what it lacks: scripts in a pipeline, and a name for the connection. */
export function mockClient(host: string): Redis {
  const mock = new RedisMock({ host, lazyConnect: true })
  const own: Record<string, unknown> = {
    options: { host, port: 6379, db: 0 },
    duplicate: () => mockClient(host),
    client: () => Promise.resolve('OK'),
    pipeline: () => pipelineOf(mock as never),
  }
  return new Proxy(mock, {
    get(target, name: string) {
      if (name in own) return own[name]
      const value = Reflect.get(target, name) as unknown
      return typeof value === 'function' ? value.bind(target) : value
    },
  }) as never
}
