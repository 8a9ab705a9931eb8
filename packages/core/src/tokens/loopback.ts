import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { asError, storeError } from '../errors.ts'

const PATH = '/callback'

interface Wait {
  state: string
  resolve(address: URL): void
}

/** Where a browser comes back to after a user signed in: a port of this machine, open as long as somebody is waited for. */
export class Loopback {
  readonly url: string
  readonly #server: Server
  #wait: Wait | undefined

  private constructor(server: Server) {
    this.#server = server
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${PATH}`
    server.on('request', (request, response) => this.#answer(request, response))
  }

  /** @throws `usage` where the port is taken or closed; 0 is a free one */
  static async open(port: number): Promise<Loopback> {
    const server = createServer()
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(port, '127.0.0.1', resolve)
    }).catch((thrown) => {
      const message = `nobody can come back to port ${port} of this machine: ${asError(thrown).message}`
      throw storeError('usage', message, {
        hint: 'End what listens there, or choose another port.',
        cause: thrown,
      })
    })
    return new Loopback(server)
  }

  /** Resolves with the address that somebody came back to with this state. */
  expect(state: string): Promise<URL> {
    return new Promise((resolve) => {
      this.#wait = { state, resolve }
    })
  }

  /** Takes an address that somebody came back to; says whether it is of the sign-in that is waited for. */
  offer(address: URL): boolean {
    const { searchParams: said } = address
    if (!this.#wait || said.get('state') !== this.#wait.state) return false
    if (!said.has('code') && !said.has('error')) return false
    this.#wait.resolve(address)
    this.#wait = undefined
    return true
  }

  close(): void {
    this.#server.close()
    this.#server.closeAllConnections()
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const address = URL.canParse(request.url ?? '', this.url) ? new URL(request.url!, this.url) : undefined
    const isBack = request.method === 'GET' && address?.pathname === PATH && this.offer(address)
    const said = isBack
      ? 'You may close this page and go back.'
      : 'This is not the sign-in that is waited for.'
    response
      .writeHead(isBack ? 200 : 400, {
        'content-type': 'text/plain; charset=utf-8',
        'cache-control': 'no-store',
        connection: 'close',
      })
      .end(`${said}\n`)
  }
}
