import { once } from 'node:events'
import { createConnection, type NetConnectOpts, type Socket } from 'node:net'
import { encodeCommand, RedisError, type Reply, RespParser } from './resp.ts'

interface Waiting {
  resolve(reply: Reply): void
  reject(error: Error): void
}

/** One plain connection to a Redis server: no reconnects, no queue, no opinion. */
export class RedisConnection implements Disposable {
  readonly socket: Socket
  readonly #parser = new RespParser()
  readonly #waiting: Waiting[] = []
  readonly #unasked: Reply[] = []

  constructor(socket: Socket) {
    this.socket = socket
    socket.setNoDelay(true)
    socket.on('error', (error) => this.#end(error))
    socket.on('close', () => this.#end(new Error('the connection was closed')))
    socket.on('data', (chunk: Buffer) => {
      for (const { value } of this.#parser.push(chunk)) this.#take(value)
    })
  }

  /** Sends one command. Rejects with a RedisError, or when the connection ends before the reply. */
  send(...args: (string | number | Buffer)[]): Promise<Reply> {
    return this.pipeline([args])[0]!
  }

  /** Sends commands in one write; a promise for each. */
  pipeline(commands: readonly (string | number | Buffer)[][]): Promise<Reply>[] {
    const replies = commands.map(
      () =>
        new Promise<Reply>((resolve, reject) => {
          if (this.socket.destroyed) reject(new Error('the connection is closed'))
          else this.#waiting.push({ resolve, reject })
        }),
    )
    this.socket.write(Buffer.concat(commands.map(encodeCommand)))
    return replies
  }

  /** The next reply that no command asked for: a message of a subscription. */
  async next(): Promise<Reply> {
    const [reply] = this.#unasked.splice(0, 1)
    if (reply !== undefined) return reply
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }))
  }

  [Symbol.dispose](): void {
    this.socket.destroy()
  }

  #take(reply: Reply): void {
    const waiting = this.#waiting.shift()
    if (!waiting) this.#unasked.push(reply)
    else if (reply instanceof RedisError) waiting.reject(reply)
    else waiting.resolve(reply)
  }

  #end(error: Error): void {
    for (const { reject } of this.#waiting.splice(0)) reject(error)
  }
}

/** Connects, to a port of 127.0.0.1 unless told otherwise. Rejects with the system's error. */
export async function connectRedis(to: number | NetConnectOpts): Promise<RedisConnection> {
  const socket = createConnection(typeof to === 'number' ? { host: '127.0.0.1', port: to } : to)
  try {
    await once(socket, 'connect')
  } catch (error) {
    socket.destroy()
    throw error
  }
  return new RedisConnection(socket)
}
